import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { CheckId } from "../../../cli/doctor/catalogue";
import type { Verdict } from "../../../cli/doctor/check";
import { Edge } from "../../../cli/doctor/edge";
import type { AuthentikServer } from "../../server/authentik";
import { startAuthentik } from "../../server/authentik";
import { Strangers } from "./strangers";
import { verdict } from "./verdicts";

let server: AuthentikServer;
const strangers = new Strangers();

beforeAll(() => strangers.start());
afterAll(() => strangers.stop());
beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true });
  strangers.answers = {};
  strangers.asked.length = 0;
});
afterEach(() => server.stop());

const app = (externalHost: string, values: object = {}): object => ({
  kind: "forward-auth",
  name: "An app",
  access: "everyone",
  externalHost,
  ...values,
});

const SITE = {
  outposts: { embedded: { form: "in-server" } },
  groups: { admins: {} },
  apps: {
    everything: app("https://auth.example.org", { mode: "forward_domain", cookieDomain: "example.org" }),
    wiki: app("https://wiki.example.org"),
    files: app("https://files.example.org", { unauthenticatedPaths: ["^/$"] }),
  },
  hostAccess: { hosts: { "traefik.example.org": { groups: ["admins"] } } },
};

/** How an outpost sends a stranger to authentik. */
const signIn = (client: string): Strangers["answers"][string] => ({
  status: 302,
  headers: { location: `${server.url}/application/o/authorize/?${new URLSearchParams(query(client)).toString()}` },
});

const query = (client: string): Record<string, string> => ({
  client_id: client,
  redirect_uri: `https://${client}.example.org/outpost.goauthentik.io/callback?X-authentik-auth-callback=true`,
  response_type: "code",
});

function ask(id: CheckId, site: object = SITE): Promise<Verdict> {
  return verdict(id, server, { site: site as typeof SITE, fetch: strangers.fetch(server.url) });
}

describe("edge", () => {
  const REMEDY =
    "see that the host's Ingress names the Middleware of its outpost (docs/connect.md), that outpost-endpoints passes, and that this machine finds the host";

  test("passes when every host sends to authentik, and asks each once, without cookies", async () => {
    strangers.answers = {
      "wiki.example.org/": signIn("wiki"),
      "traefik.example.org/": signIn("traefik"),
    };
    expect(await ask("edge")).toEqual({
      status: "pass",
      evidence: [
        `https://wiki.example.org: 302 to ${server.url}`,
        "https://files.example.org: open without sign-in, as the site says",
        `https://traefik.example.org: 302 to ${server.url}`,
      ],
    });
    expect([...strangers.asked].sort()).toEqual(["traefik.example.org/", "wiki.example.org/"]);
  });

  test("follows a proxy to the outpost's own address on the same host", async () => {
    strangers.answers = {
      "wiki.example.org/": { status: 302, headers: { location: "/outpost.goauthentik.io/start?rd=%2F" } },
      "wiki.example.org/outpost.goauthentik.io/start?rd=%2F": signIn("wiki"),
      "traefik.example.org/": signIn("traefik"),
    };
    expect((await ask("edge")).status).toBe("pass");
  });

  test("tells the emergency password, an open door, another place, and a host without a route", async () => {
    const told = async (answer: Strangers["answers"][string]): Promise<string | undefined> => {
      strangers.answers = { "wiki.example.org/": answer, "traefik.example.org/": signIn("traefik") };
      const { remedy, status, why } = await ask("edge");
      expect([status, remedy]).toEqual(["fail", REMEDY]);
      return why;
    };
    const must = `https://wiki.example.org must send to ${server.url}, got `;
    const realm = { "www-authenticate": 'Basic realm="Emergency Access"' };
    expect(await told({ status: 401, headers: { ...realm, "x-auth-fallback": "true" } })).toBe(
      `${must}401 and the emergency password: the outpost does not answer`,
    );
    expect(await told({ status: 401, headers: realm })).toBe(`${must}401 and Basic realm="Emergency Access"`);
    expect(await told({})).toBe(`${must}200: it lets strangers in`);
    expect(await told({ status: 302, headers: { location: "https://login.example.net/" } })).toBe(
      `${must}302 to https://login.example.net`,
    );
    expect(await told({ status: 302, headers: { location: "/" } })).toBe(`${must}302 to https://wiki.example.org`);
    expect(await told({ status: 404 })).toBe(`${must}404`);
    expect(await told({ status: 502 })).toBe(`${must}502`);
    expect(await told({ cut: true })).toBe(`${must}UND_ERR_SOCKET`);
  });

  test("follows a host from http to https, and its proxy, before the outpost", async () => {
    strangers.answers = {
      "files.example.org/": { status: 308, headers: { location: "https://files.example.org/home" } },
      "files.example.org/home": { status: 302, headers: { location: "https://files.example.org/app/" } },
      "files.example.org/app/": { status: 302, headers: { location: "/outpost.goauthentik.io/start" } },
      "files.example.org/outpost.goauthentik.io/start": signIn("files"),
    };
    const apps = { files: app("http://files.example.org") };
    expect(await ask("edge", { ...SITE, apps, hostAccess: undefined })).toMatchObject({ status: "pass" });
  });

  test("tells an app that is a client of authentik itself, and that no outpost asks about", async () => {
    const own = { ...query("wiki"), redirect_uri: "https://wiki.example.org/login/generic_oauth" };
    const location = `${server.url}/application/o/authorize/?${new URLSearchParams(own).toString()}`;
    strangers.answers = {
      "wiki.example.org/": { status: 302, headers: { location } },
      "traefik.example.org/": signIn("traefik"),
    };
    expect((await ask("edge")).why).toBe(
      "https://wiki.example.org must be asked about by an outpost, got one that signs people in by itself (wiki)",
    );
  });

  test("says what of a failure may be this machine's", async () => {
    const failing = (code: string): Promise<Verdict> =>
      verdict("edge", server, {
        site: { ...SITE, apps: { wiki: app("https://wiki.example.org") }, hostAccess: undefined },
        fetch: () => Promise.reject(Object.assign(new TypeError("fetch failed"), { cause: { code } })),
      });
    const must = `https://wiki.example.org must send to ${server.url}, got `;
    expect((await failing("ENOTFOUND")).why).toBe(`${must}ENOTFOUND (this machine finds no address for it)`);
    expect((await failing("DEPTH_ZERO_SELF_SIGNED_CERT")).why).toBe(
      `${must}DEPTH_ZERO_SELF_SIGNED_CERT (NODE_EXTRA_CA_CERTS names the file of an authority of your own)`,
    );
    expect((await failing("ECONNREFUSED")).why).toBe(`${must}ECONNREFUSED`);
  });

  test("a host that says nothing, or never ends, is given up", async () => {
    const silent = createServer((request, response) => {
      if (request.url === "/endless") response.writeHead(200, { "content-type": "application/json" }).write("{");
    });
    await new Promise<void>((ready) => silent.listen(0, "127.0.0.1", ready));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const way = new Edge({ fetch, signal: new AbortController().signal, timeoutMs: 100 });
    expect(await way.page(`${url}/`)).toEqual({ trouble: "no answer in time" });
    expect(await way.json(`${url}/endless`)).toEqual({ status: 200, body: undefined });
    const stop = new AbortController();
    const asked = new Edge({ fetch, signal: stop.signal }).json(`${url}/endless`);
    stop.abort(new Error("stopped"));
    await expect(asked).rejects.toThrow("stopped");
    silent.closeAllConnections();
    await new Promise((stopped) => silent.close(stopped));
  });

  test("over HTTP, a host of this machine", async () => {
    strangers.answers = { "undefined/": signIn("wiki") };
    const site = { ...SITE, apps: { wiki: app(strangers.url) }, hostAccess: undefined };
    expect(await verdict("edge", server, { site })).toEqual({
      status: "pass",
      evidence: [`${strangers.url}: 302 to ${server.url}`],
    });
    await strangers.stop();
    expect(
      (await verdict("edge", server, { site: { ...site, apps: { wiki: app("http://127.0.0.1:9") } } })).why,
    ).toMatch(/^http:\/\/127\.0\.0\.1:9 must send to http:\S+, got \w+/);
    await strangers.start();
  });

  test("is skipped where no host is named", async () => {
    expect(await ask("edge", { outposts: SITE.outposts })).toEqual({
      status: "skipped",
      evidence: [],
      why: "the site names no host behind an outpost",
    });
  });
});

describe("host-access", () => {
  beforeEach(() => {
    const [flow] = server.objects("flows/instances");
    const flows = { authorization_flow: flow?.["pk"], invalidation_flow: flow?.["pk"] };
    const [own] = server.add(
      "providers/proxy",
      { name: "traefik-example-org", client_id: "own-client", ...flows },
      { name: "everything", mode: "forward_domain", client_id: "catch-all", ...flows },
    );
    server.add("core/applications", { name: "traefik", slug: "traefik-example-org", provider: own?.pk });
  });

  test("passes when its own provider answers", async () => {
    strangers.answers = { "traefik.example.org/": signIn("own-client") };
    expect(await ask("host-access")).toEqual({
      status: "pass",
      evidence: ["traefik.example.org: its own provider"],
    });
  });

  test("tells the domain's provider in its place, and one that is nobody's", async () => {
    strangers.answers = { "traefik.example.org/": signIn("catch-all") };
    expect(await ask("host-access")).toEqual({
      status: "fail",
      evidence: [],
      why: 'traefik.example.org must be answered by its own provider, got "everything"',
      remedy:
        "npm run deploy puts the provider into the outpost's list; whoever is signed in to the domain gets in until then",
    });
    strangers.answers = { "traefik.example.org/": signIn("of-another-authentik") };
    expect((await ask("host-access")).why).toBe(
      "traefik.example.org must be answered by its own provider, got one that is not known",
    );
  });

  test("tells a host without a provider", async () => {
    const hosts = { ...SITE.hostAccess.hosts, "longhorn.example.org": { groups: ["admins"] } };
    strangers.answers = { "traefik.example.org/": signIn("own-client") };
    expect(await ask("host-access", { ...SITE, hostAccess: { hosts } })).toMatchObject({
      status: "fail",
      evidence: ["traefik.example.org: its own provider"],
      why: "longhorn.example.org must have a provider of its own, got none",
    });
  });

  test("is skipped where nobody can tell, where it may not look, and without restricted hosts", async () => {
    expect((await ask("host-access")).why).toBe(
      "traefik.example.org did not send to authentik, so that nobody knows whose cookie would do (see edge)",
    );
    server.script({ path: "/providers/proxy/", status: 403, body: { detail: "You do not have permission." } });
    expect(await ask("host-access")).toMatchObject({ status: "skipped" });
    expect((await ask("host-access", { outposts: SITE.outposts })).why).toBe("the site restricts no hosts");
  });
});
