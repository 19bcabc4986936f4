import type { CheckId } from "../../../cli/doctor/catalogue";
import type { Verdict } from "../../../cli/doctor/check";
import { Failure } from "../../../delivery/failure";
import { Interrupted } from "../../../delivery/interrupt";
import type { AuthentikServer } from "../../server/authentik";
import { startAuthentik } from "../../server/authentik";
import type { Stored, Values } from "../../server/store";
import { Strangers } from "./strangers";
import { PLATFORM, verdict } from "./verdicts";
import type { Given } from "./verdicts";

let server: AuthentikServer;
const strangers = new Strangers();
const NOW = new Date("2026-06-01T12:00:00Z");

beforeAll(() => strangers.start());
afterAll(() => strangers.stop());
beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true, version: "2026.5.6" });
  strangers.answers = {};
});
afterEach(() => server.stop());

function ask(id: CheckId, site: Values = {}, given: Given = {}): Promise<Verdict> {
  return verdict(id, server, { site, now: NOW, fetch: strangers.fetch(server.url), ...given });
}

/** Records how a stranger is answered at a path of authentik's own host. */
function record(path: string, answer: Strangers["answers"][string]): void {
  strangers.answers[`${new URL(server.url).host}${path}`] = answer;
}

const one = (path: string, field: string, value: unknown): Values => {
  const found = server.objects(path).find((object) => object[field] === value);
  if (found === undefined) throw new Error(`no ${path} with ${field} ${String(value)}`);
  return found;
};

function add(path: string, values: Values): Stored {
  const [added] = server.add(path, values);
  if (added === undefined) throw new Error(`nothing was added to ${path}`);
  return added;
}

const flows = (): Values => {
  const flow = one("flows/instances", "slug", "default-provider-authorization-implicit-consent")["pk"];
  return { authorization_flow: flow, invalidation_flow: flow };
};

describe("reach", () => {
  test("says whose token it is", async () => {
    expect(await ask("reach")).toEqual({ status: "pass", evidence: [`${server.url} answers, the token is akadmin's`] });
  });

  test("tells a token that is not taken, without showing it", async () => {
    const found = await ask("reach", {}, { token: "of-nobody" });
    expect(found).toEqual({
      status: "fail",
      evidence: [],
      why: "authentik: GET /core/users/me/ must be allowed, got 403 (Token invalid/expired)",
      remedy: "put a token of intent API that has not expired into AUTHENTIK_TOKEN",
    });
    expect(JSON.stringify(found)).not.toContain("of-nobody");
  });

  test("tells an authentik that is away, and that everything else is skipped for it", async () => {
    await server.goDown();
    expect(await ask("reach", { platform: PLATFORM })).toEqual({
      status: "fail",
      evidence: [],
      why: `${server.url} must answer, got ECONNREFUSED`,
      remedy: "look at its pods and its Ingress, and at the way there from this machine",
    });
    expect(await ask("version")).toEqual({ status: "skipped", evidence: [], why: "authentik is out of reach" });
    await server.comeUp();
    server.faults.set({ notUp: true });
    expect((await ask("reach")).why).toBe(`${server.url} must answer, got 503`);
    server.faults.clear();
    expect(await ask("version", {}, { token: "of-nobody" })).toEqual({
      status: "skipped",
      evidence: [],
      why: "authentik cannot be asked without a token it takes (see reach)",
    });
  });

  test("tells a server that fails inside", async () => {
    server.script({ path: "/core/users/me/", status: 500 });
    expect(await ask("reach")).toMatchObject({
      status: "fail",
      why: "authentik: GET /core/users/me/ must be answered, got 500 (a fault of the stand-in)",
      remedy: "wait until it is up, and look at the log of its server",
    });
  });
});

describe("version", () => {
  const outposts = { embedded: { form: "in-server" } };
  const REMEDY =
    "npm run deploy brings server and outposts to the version of the site; where authentik is not the site's, set version to what runs";

  const report = (version: string): void => {
    const [outpost] = server.objects("outposts/instances");
    add("outposts/instances", { ...outpost, health: [{ hostname: "a", last_seen: "2026-06-01T11:59:50Z", version }] });
  };

  test("passes when server and outposts are of the site's", async () => {
    report("2026.5.6");
    expect(await ask("version", { outposts })).toEqual({ status: "pass", evidence: ["2026.5.6 runs"] });
  });

  test("passes over an outpost that has stopped, or has not said what it runs", async () => {
    const [outpost] = server.objects("outposts/instances");
    const health = [
      { hostname: "a", last_seen: "2026-06-01T11:59:50Z", version: "2026.5.6" },
      { hostname: "b", last_seen: "2026-06-01T11:00:00Z", version: "2026.2.1" },
      { hostname: "c", last_seen: "2026-06-01T11:59:50Z", version: "" },
    ];
    add("outposts/instances", { ...outpost, health });
    expect((await ask("version", { outposts })).status).toBe("pass");
  });

  test("tells another server; where it is not the site's own, another patch is none", async () => {
    server.version = "2026.5.7";
    expect(await ask("version", { outposts, platform: PLATFORM })).toEqual({
      status: "fail",
      evidence: [],
      why: "the server must run 2026.5.6, got 2026.5.7",
      remedy: REMEDY,
    });
    expect((await ask("version", {})).evidence).toEqual(["2026.5.7 runs, the site says 2026.5.6"]);
    server.version = "2026.8.0";
    expect((await ask("version", {})).why).toBe("the server must run 2026.5.6, got 2026.8.0");
  });

  test("tells an outpost that stayed behind", async () => {
    report("2026.2.3");
    expect(await ask("version", { outposts })).toMatchObject({
      status: "fail",
      why: 'the outpost "authentik Embedded Outpost" must run 2026.5.6 as the server does, got 2026.2.3',
    });
  });

  test("may not look", async () => {
    server.script({ path: "/admin/version/", status: 403, body: { detail: "You do not have permission to do it." } });
    expect(await ask("version")).toEqual({
      status: "skipped",
      evidence: [],
      why: "authentik: GET /admin/version/ must be allowed, got 403 (You do not have permission to do it.); give the token's account the right to it",
    });
  });

  test("waits for a server that is busy as long as it says", async () => {
    server.script({ path: "/admin/version/", status: 429, headers: { "retry-after": "0" } });
    expect((await ask("version")).status).toBe("pass");
    server.script({ path: "/admin/version/", status: 429, headers: { "retry-after": "600" } });
    expect(await ask("version")).toMatchObject({
      status: "fail",
      why: "authentik: GET /admin/version/ must be answered, got 429 (a fault of the stand-in)",
      remedy: "try again later, it is asked too much",
    });
  });

  test("asks again when a connection was cut", async () => {
    server.script({ path: "/admin/version/", cut: "before" });
    expect((await ask("version")).status).toBe("pass");
  });
});

describe("brand", () => {
  const PATH = "/api/v3/core/brands/current/";
  const REMEDY =
    "npm run deploy makes the brand; where it is there, whatever is in front of authentik has to pass the Host header on";

  beforeEach(() => {
    const pk = (slug: string): unknown => one("flows/instances", "slug", slug)["pk"];
    add("flows/instances", { name: "Sign in", slug: "iac-login", title: "Sign in", designation: "authentication" });
    add("core/brands", {
      domain: "127.0.0.1",
      flow_authentication: pk("iac-login"),
      flow_invalidation: pk("default-invalidation-flow"),
      flow_user_settings: pk("default-user-settings-flow"),
    });
  });

  const OURS = {
    matched_domain: "127.0.0.1",
    flow_authentication: "iac-login",
    flow_invalidation: "default-invalidation-flow",
    flow_user_settings: "default-user-settings-flow",
  };

  test("passes when it answers with its flows", async () => {
    record(PATH, { json: OURS });
    expect(await ask("brand", { brand: {} })).toEqual({
      status: "pass",
      evidence: [
        '"127.0.0.1" answers',
        "flow_authentication: iac-login",
        "flow_invalidation: default-invalidation-flow",
        "flow_user_settings: default-user-settings-flow",
      ],
    });
  });

  test("tells the default brand in its place: a port in the host is enough", async () => {
    expect(await ask("brand", { brand: {} })).toEqual({
      status: "fail",
      evidence: [],
      why: `the brand "127.0.0.1" must answer at ${server.url}, got "authentik-default"`,
      remedy: REMEDY,
    });
    expect((await ask("brand", { adopt: { brand: {} } })).status).toBe("pass");
  });

  test("tells a flow that is not the brand's", async () => {
    record(PATH, {
      json: { ...OURS, flow_authentication: "default-authentication-flow", flow_recovery: "old-recovery" },
    });
    expect((await ask("brand", { brand: {} })).why).toBe(
      'flow_authentication of "127.0.0.1" must be iac-login, got default-authentication-flow; flow_recovery of "127.0.0.1" must be none, got old-recovery',
    );
  });

  test("tells no answer, and one that says no brand", async () => {
    record(PATH, { cut: true });
    expect((await ask("brand", { brand: {} })).why).toBe(`${server.url} must say its brand, got UND_ERR_SOCKET`);
    record(PATH, { status: 502 });
    expect((await ask("brand", { brand: {} })).why).toBe(`${server.url} must say its brand, got 502`);
  });

  test("is skipped without a brand", async () => {
    expect((await ask("brand")).why).toBe("the site has no brand");
  });
});

describe("break-glass", () => {
  test("passes when the login opens for akadmin", async () => {
    expect(await ask("break-glass")).toEqual({
      status: "pass",
      evidence: ["default-authentication-flow asks who somebody is", "akadmin is active, and a superuser"],
    });
  });

  test("tells a login that does not open, also to whom may not look at people", async () => {
    record("/if/flow/default-authentication-flow/", { status: 404 });
    record("/api/v3/flows/executor/default-authentication-flow/?query=", {
      json: { component: "ak-stage-access-denied" },
    });
    const found = await ask("break-glass", {}, { token: "of-nobody" });
    expect(found).toEqual({
      status: "fail",
      evidence: [],
      why: `${server.url}/if/flow/default-authentication-flow/ must open, got 404; default-authentication-flow must ask who somebody is, got ak-stage-access-denied`,
      remedy:
        "docs/login.md says what the way back in is; authentik's blueprints bring its login back (Customization, Blueprints), ak create_recovery_key 10 akadmin in a pod of the worker lets akadmin in",
    });
  });

  test("tells an akadmin that is locked out, is no superuser, or is not there", async () => {
    const akadmin = one("core/users", "username", "akadmin");
    const admins = one("core/groups", "name", "authentik Admins")["pk"];
    const other = add("core/users", { username: "root", groups: [admins] });
    add("core/tokens", { identifier: "root", user: other.pk, key: "of-root" });
    const why = async (): Promise<string | undefined> => (await ask("break-glass", {}, { token: "of-root" })).why;
    add("core/users", { ...akadmin, is_active: false });
    expect(await why()).toBe("akadmin must be an active superuser, got one that is not active");
    add("core/users", { ...akadmin, groups: [], is_superuser: false });
    expect(await why()).toBe("akadmin must be an active superuser, got one that is no superuser");
    add("core/users", { ...akadmin, username: "admin" });
    expect(await why()).toBe("akadmin must be an active superuser, got none");
  });
});

describe("bootstrap-token", () => {
  const ref = { mount: "secret", path: "authentik/bootstrap", key: "token" };
  const authentik = (apiToken: object): Values => ({
    url: server.url,
    apiToken,
    bootstrap: { token: ref, password: { ...ref, key: "password" }, email: "admin@example.org" },
  });
  const site = (apiToken: object = { from: "env" }): Values => ({
    authentik: authentik(apiToken),
    platform: PLATFORM,
    vault: { address: "https://vault.example.org", mounts: ["secret"], auth: { method: "token" } },
  });
  const PLACE = "secret/authentik/bootstrap token";

  test("passes when it is refused, or gone from Vault and authentik", async () => {
    expect(await ask("bootstrap-token", site(), { vault: { [PLACE]: "of-the-first-start" } })).toEqual({
      status: "pass",
      evidence: [`the token of ${PLACE} is refused: 403 (Token invalid/expired)`],
    });
    const { token } = server;
    server.answer("patch", "core/tokens/authentik-bootstrap-token/", { identifier: "of-akadmin" });
    expect(await ask("bootstrap-token", site(), { token })).toEqual({
      status: "pass",
      evidence: [`nothing in ${PLACE}`, "no token authentik-bootstrap-token in authentik"],
    });
  });

  test("tells one that Vault has forgotten, and authentik has not", async () => {
    expect(await ask("bootstrap-token", site())).toMatchObject({
      status: "fail",
      evidence: [`nothing in ${PLACE}`],
      why: "authentik must have no token authentik-bootstrap-token, got one",
    });
  });

  test("is skipped where Vault has none, and the token sees its own tokens alone", async () => {
    const { body: me } = server.answer("get", "core/users/me/") as { body: { user: object } };
    const body = { ...me, user: { ...me.user, is_superuser: false } };
    const none = { pagination: { next: 0, count: 0 }, results: [] };
    server.script({ path: "/core/users/me/", status: 200, body }, { path: "/core/tokens/", status: 200, body: none });
    expect(await ask("bootstrap-token", site())).toMatchObject({
      status: "skipped",
      why: "Vault has none, and whether authentik has authentik-bootstrap-token is seen by a superuser's token alone",
    });
  });

  test("tells one that is taken, without showing it", async () => {
    const found = await ask("bootstrap-token", site(), { vault: { [PLACE]: server.token } });
    expect(found).toEqual({
      status: "fail",
      evidence: [],
      why: `the token of ${PLACE} must be refused, got an answer`,
      remedy:
        "make Terraform a token of its own (authentik-iac token create --for apply), then delete authentik-bootstrap-token in Directory, Tokens",
    });
    expect(JSON.stringify(found)).not.toContain(server.token);
  });

  test("is skipped with advice while Terraform signs in with it", async () => {
    expect(await ask("bootstrap-token", site({ from: "vault", ref }))).toEqual({
      status: "skipped",
      evidence: [],
      why: "Terraform signs in with it; make Terraform a token of its own (authentik-iac token create --for apply), then delete authentik-bootstrap-token in Directory, Tokens",
    });
  });

  test("is skipped without one, and where Vault keeps it from this account", async () => {
    expect((await ask("bootstrap-token")).why).toBe("the site has no bootstrap token in Vault");
    const forbidden = new Failure("vault: the token must be allowed to read it, got 403; give it the capability read");
    expect(await ask("bootstrap-token", site(), { vault: forbidden })).toEqual({
      status: "skipped",
      evidence: [],
      why: "vault: the token must be allowed to read it, got 403; give it the capability read",
    });
  });

  test("cannot tell while the server fails", async () => {
    server.script({ path: "/core/users/me/", status: 500, after: 1 });
    expect(await ask("bootstrap-token", site(), { vault: { [PLACE]: "of-the-first-start" } })).toMatchObject({
      status: "fail",
      why: `${server.url} must take or refuse a token, got 500 (a fault of the stand-in)`,
    });
  });
});

describe("adopted-login", () => {
  const site = {
    adopt: { login: { sessionDuration: "weeks=4", networkBinding: "no_binding", geoipBinding: "no_binding" } },
  };
  const step = (): Values => {
    const stage = one("stages/password", "name", "default-authentication-password");
    return one("flows/bindings", "stage", stage["pk"]);
  };
  const onFirstScreen = (): void => {
    const identification = one("stages/identification", "name", "default-authentication-identification");
    const password_stage = one("stages/password", "name", "default-authentication-password")["pk"];
    add("stages/identification", { ...identification, password_stage });
  };

  test("passes when it is asked for in its step, or on the first screen and skipped after it", async () => {
    expect(await ask("adopted-login", site)).toEqual({ status: "pass", evidence: ["in the step of order 20"] });
    onFirstScreen();
    expect(await ask("adopted-login", site)).toEqual({
      status: "pass",
      evidence: ["on the first screen; policies skip the step of order 20"],
    });
  });

  test("passes when the step was taken out by hand", async () => {
    onFirstScreen();
    const [binding] = server.objects("policies/bindings").filter(({ target }) => target === step()["pk"]);
    expect(binding).toBeDefined();
    await fetch(`${server.url}/api/v3/flows/bindings/${String(step()["pk"])}/`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect((await ask("adopted-login", site)).evidence).toEqual(["on the first screen, and no step asks again"]);
  });

  test("tells a step that asks again: without its policy, or with one asked before anybody is known", async () => {
    onFirstScreen();
    const REMEDY =
      "delete that binding in Flows & Stages, or have authentik's blueprint bring its policy back (Customization, Blueprints)";
    add("flows/bindings", { ...step(), re_evaluate_policies: false });
    expect((await ask("adopted-login", site)).why).toBe(
      "the step of order 20 must not ask for the password again, got one whose policies are asked before anybody is known",
    );
    add("flows/bindings", { ...step(), re_evaluate_policies: true });
    const expression = one("policies/expression", "name", "default-authentication-flow-password-stage");
    add("policies/expression", { ...expression, expression: 'return ak_client_ip != ip_address("192.0.2.1")' });
    expect((await ask("adopted-login", site)).why).toMatch(/, got one without a policy that skips it$/);
    add("policies/expression", expression);
    const policy = one("policies/bindings", "target", step()["pk"]);
    add("policies/bindings", { ...policy, enabled: false });
    expect(await ask("adopted-login", site)).toEqual({
      status: "fail",
      evidence: [],
      why: "the step of order 20 must not ask for the password again, got one without a policy that skips it",
      remedy: REMEDY,
    });
  });

  test("tells a login that asks for no password", async () => {
    await fetch(`${server.url}/api/v3/flows/bindings/${String(step()["pk"])}/`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect(await ask("adopted-login", site)).toEqual({
      status: "fail",
      evidence: [],
      why: "default-authentication-flow must ask for a password, got no step that does",
      remedy:
        "set adopt.login.passwordOnFirstScreen and npm run deploy, or have authentik's blueprint bring the step back (Customization, Blueprints)",
    });
  });

  test("finds the step beyond the first page", async () => {
    const target = one("flows/instances", "slug", "default-invalidation-flow")["pk"];
    const stage = one("stages/all", "name", "default-invalidation-logout")["pk"];
    for (let order = -150; order < 0; order++) add("flows/bindings", { target, stage, order });
    expect((await ask("adopted-login", site)).evidence).toEqual(["in the step of order 20"]);
  });

  test("is skipped where nothing is adopted", async () => {
    expect((await ask("adopted-login")).why).toBe("the site does not adopt authentik's login");
  });
});

describe("oidc", () => {
  const app = (values: Values = {}): Values => ({
    kind: "oidc",
    name: "Wiki",
    access: "everyone",
    redirectUris: ["https://wiki.example.org/callback"],
    ...values,
  });
  const make = (slug: string, values: Values = {}): void => {
    const signing_key = one("crypto/certificatekeypairs", "name", "authentik Self-signed Certificate")["pk"];
    const provider = add("providers/oauth2", { name: slug, ...flows(), signing_key, ...values });
    add("core/applications", { name: slug, slug, provider: provider.pk });
  };

  test("passes when each has keys, and the issuer it was told", async () => {
    make("wiki");
    make("git", { issuer_mode: "global" });
    expect(await ask("oidc", { apps: { wiki: app(), forge: app({ slug: "git", issuerMode: "global" }) } })).toEqual({
      status: "pass",
      evidence: ["wiki: 1 key", "git: 1 key"],
    });
  });

  test("tells an app without a key, one of another issuer, and one that is not there", async () => {
    make("wiki", { signing_key: null });
    make("git", { issuer_mode: "global" });
    expect(await ask("oidc", { apps: { wiki: app(), git: app(), vault: app() } })).toEqual({
      status: "fail",
      evidence: [],
      why: `wiki must have a signing key, got none; the issuer of git must be ${server.url}/application/o/git/, got ${server.url}/; vault must publish its keys, got 404`,
      remedy:
        "npm run deploy makes the app and its signing key; another issuer comes of authentik.url, or of a proxy that changes the Host header",
    });
  });

  test("tells what does not answer", async () => {
    make("wiki");
    record("/application/o/wiki/.well-known/openid-configuration", { cut: true });
    expect((await ask("oidc", { apps: { wiki: app() } })).why).toBe("wiki must say its issuer, got UND_ERR_SOCKET");
    record("/application/o/wiki/jwks/", { status: 500 });
    expect((await ask("oidc", { apps: { wiki: app() } })).status).toBe("fail");
  });

  test("is skipped without OIDC apps", async () => {
    expect((await ask("oidc")).why).toBe("the site has no OIDC apps");
  });
});

describe("expiry", () => {
  const certificate = (name: string, cert_expiry: string | null): Stored =>
    add("crypto/certificatekeypairs", { name, cert_expiry });

  test("passes when what is used lasts", async () => {
    const signing = certificate("signing", "2027-06-01T00:00:00Z");
    certificate("of nobody", "2026-06-02T00:00:00Z");
    add("providers/oauth2", { name: "wiki", ...flows(), signing_key: signing.pk });
    expect(await ask("expiry")).toEqual({ status: "pass", evidence: ["certificate signing: until 2027-06-01"] });
  });

  test("tells what ends, and for whom", async () => {
    const signing = certificate("signing", "2026-06-20T00:00:00Z");
    const tls = certificate("ldaps", "2026-05-20T00:00:00Z");
    add("providers/oauth2", { name: "wiki", ...flows(), signing_key: signing.pk });
    add("providers/ldap", { name: "jellyfin", ...flows(), base_dn: "dc=example,dc=org", certificate: tls.pk });
    add("core/tokens", {
      identifier: "iac-ldap-jellyfin",
      user: 1,
      intent: "app_password",
      expiring: true,
      expires: "2026-06-10T00:00:00Z",
    });
    add("core/tokens", { identifier: "of-jane", user: 1, expiring: true, expires: "2026-06-01T12:30:00Z" });
    const { evidence, remedy, status, why } = await ask("expiry");
    expect([status, evidence, remedy]).toEqual([
      "fail",
      [],
      "renew the certificate under the same name (System, Certificates); make a token that does not expire, and raise its revision in the site",
    ]);
    expect(why?.split("; ").sort()).toEqual([
      'the certificate "ldaps" of jellyfin must last, got an end on 2026-05-20',
      'the certificate "signing" of wiki must last, got an end on 2026-06-20',
      "the token iac-ldap-jellyfin must last, got an end on 2026-06-10",
    ]);
  });

  test("counts the tokens of the account that looks, where it is a machine", async () => {
    const admins = one("core/groups", "name", "authentik Admins")["pk"];
    const robot = add("core/users", { username: "terraform", type: "service_account", groups: [admins] });
    add("core/tokens", {
      identifier: "apply",
      user: robot.pk,
      key: "of-terraform",
      expiring: true,
      expires: "2026-06-02T00:00:00Z",
    });
    expect((await ask("expiry", {}, { token: "of-terraform" })).why).toBe(
      "the token apply must last, got an end on 2026-06-02",
    );
  });

  test("finds a token beyond the first page", async () => {
    for (let index = 0; index < 120; index++) {
      add("core/tokens", { identifier: `a-${index}`, user: 1, expiring: true, expires: "2026-06-02T00:00:00Z" });
    }
    add("core/tokens", { identifier: "iac-z", user: 1, expiring: true, expires: "2026-06-02T00:00:00Z" });
    expect((await ask("expiry")).why).toBe("the token iac-z must last, got an end on 2026-06-02");
  });
});

describe("orphans", () => {
  const policy = (name: string, values: Values = {}): Stored =>
    add("policies/expression", { name, expression: "return True", ...values });

  test("passes on a fresh authentik, and on what is used or made by the stacks", async () => {
    const flow = add("flows/instances", {
      name: "Recover",
      slug: "recover",
      title: "Recover",
      designation: "recovery",
    });
    const brand = one("core/brands", "domain", "authentik-default");
    add("core/brands", { ...brand, flow_recovery: flow.pk });
    const stage = add("stages/deny", { name: "turn-away" });
    const binding = add("flows/bindings", { target: flow.pk, stage: stage.pk, order: 10 });
    policy("helper");
    const outer = policy("outer", { expression: 'return ak_call_policy("helper").passing' });
    add("policies/bindings", { target: binding.pk, policy: outer.pk, order: 0 });
    add("flows/instances", { name: "Ours", slug: "iac-enrollment", title: "Ours", designation: "enrollment" });
    const stacks = [{ resource: { authentik_flow: { ours: { name: "Ours", slug: "iac-enrollment" } } } }];
    const found = await ask("orphans", {}, { stacks: () => Promise.resolve(stacks) });
    expect(found).toEqual({ status: "pass", evidence: [expect.stringMatching(/^\d+ objects looked at$/)] });
  });

  test("tells what nothing uses, the examples' objects among it, wherever it is in the list", async () => {
    for (const name of ["default-enrollment-flow", "headscale-authentication"]) {
      add("flows/instances", { name, slug: name, title: name, designation: "enrollment" });
    }
    add("stages/invitation/stages", { name: "invitation" });
    for (let index = 0; index < 110; index++) {
      const used = policy(`a-${index}`);
      add("policies/bindings", {
        target: one("core/brands", "domain", "authentik-default")["brand_uuid"],
        policy: used.pk,
        order: index,
      });
    }
    policy("brute-force-protection");
    const { evidence, remedy, why } = await ask("orphans");
    expect(why).toBe(
      "nothing uses the flow default-enrollment-flow; nothing uses the flow headscale-authentication; nothing uses the stage invitation; nothing uses the policy brute-force-protection",
    );
    expect(evidence.slice(1)).toEqual([
      "flow default-enrollment-flow",
      "flow headscale-authentication",
      "stage invitation",
      "policy brute-force-protection",
    ]);
    expect(remedy).toBe(
      "delete what is not needed in Flows & Stages or Customization, Policies; --skip orphans where it is meant",
    );
  });

  test("is skipped where it may not see everything, or does not know what is the site's", async () => {
    server.script({ path: "/stages/redirect/", status: 403, body: { detail: "You do not have permission." } });
    expect((await ask("orphans")).why).toBe(
      "authentik: GET /stages/redirect/ must be allowed, got 403 (You do not have permission.); give the token's account the right to it",
    );
    const stacks = (): Promise<never> => Promise.reject(new Failure("site: apps.wiki must have a name, got nothing"));
    expect((await ask("orphans", {}, { stacks })).why).toBe("what the stacks make is not known (see lookups)");
    const stopped = (): Promise<never> => Promise.reject(new Interrupted("SIGINT"));
    await expect(ask("orphans", {}, { stacks: stopped })).rejects.toThrow("stopped by SIGINT");
  });
});
