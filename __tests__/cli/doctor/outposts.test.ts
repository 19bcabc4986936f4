import type { CheckId } from "../../../cli/doctor/catalogue";
import { Skip } from "../../../cli/doctor/check";
import type { Verdict } from "../../../cli/doctor/check";
import type { AuthentikServer } from "../../server/authentik";
import { startAuthentik } from "../../server/authentik";
import type { Stored } from "../../server/store";
import type { KubernetesObject, Recording } from "./recorded-cluster";
import { change, RecordedCluster, recording } from "./recorded-cluster";
import { PLATFORM, verdict } from "./verdicts";
import type { Given } from "./verdicts";

let server: AuthentikServer;
const NOW = new Date("2026-06-01T12:00:00Z");

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true, version: "2026.5.6" });
});
afterEach(() => server.stop());

const OWN = {
  platform: PLATFORM,
  outposts: { embedded: { form: "embedded-deployment", replicas: 2 } },
};
const IN_SERVER = { platform: PLATFORM, outposts: { embedded: { form: "in-server" } } };
const MEDIA = {
  platform: PLATFORM,
  outposts: { managed: { media: { replicas: 2, sessionAffinity: "ClientIP" } } },
  apps: {
    photos: {
      kind: "forward-auth",
      name: "Photos",
      access: "everyone",
      externalHost: "https://photos.example.org",
      outpost: "media",
    },
  },
};

/** A pod as it reports. */
const reports = (hostname: string, values: object = {}): object => ({
  uid: hostname,
  hostname,
  last_seen: "2026-06-01T11:59:50Z",
  version: "2026.5.6",
  version_should: "2026.5.6",
  version_outdated: false,
  golang_version: "go1.26",
  openssl_enabled: true,
  openssl_version: "3.5",
  fips_enabled: null,
  build_hash: "",
  build_hash_should: "",
  ...values,
});

const SERVERS = ["authentik-server-6c9f4d7b8-hx5tn", "authentik-server-6c9f4d7b8-q2v7m"];
const OWN_PODS = ["authentik-embedded-outpost-7xk2p-4lq8z", "authentik-embedded-outpost-7xk2p-9tw2c"];

/** What reports for the embedded outpost. */
function health(...states: readonly object[]): Stored {
  const [outpost] = server.objects("outposts/instances");
  const [changed] = server.add("outposts/instances", { ...outpost, health: states });
  if (changed === undefined) throw new Error("no outpost");
  return changed;
}

function addMedia(states: readonly object[] = []): void {
  const [flow] = server.objects("flows/instances");
  const [provider] = server.add("providers/proxy", {
    name: "photos",
    authorization_flow: flow?.["pk"],
    invalidation_flow: flow?.["pk"],
  });
  server.add("outposts/instances", {
    pk: "0f1e2d3c-4b5a-4697-8877-665544332211",
    name: "media",
    type: "proxy",
    providers: [provider?.pk],
    health: states,
  });
}

function ask(id: CheckId, site: object, recorded: Recording, given: Given = {}): Promise<Verdict> {
  const cluster = new RecordedCluster(recorded);
  return verdict(id, server, { site: site as Given["site"], cluster, now: NOW, ...given });
}

function of(recorded: Recording, kind: string, name = ""): KubernetesObject {
  const found = recorded.objects.find((object) => object.kind === kind && object.metadata.name.includes(name));
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
}

const EMBEDDED = "ak-outpost-authentik-embedded-outpost";

describe("outpost-endpoints", () => {
  test("counts a pod once, whatever addresses it has", async () => {
    expect(await ask("outpost-endpoints", OWN, recording("embedded-deployment"))).toEqual({
      status: "pass",
      evidence: [`${EMBEDDED}: 2 of 2 ready`],
    });
    expect(await ask("outpost-endpoints", IN_SERVER, recording("in-server"))).toEqual({
      status: "pass",
      evidence: [`${EMBEDDED}: 2 of 2 ready`],
    });
    addMedia();
    expect(await ask("outpost-endpoints", MEDIA, recording("managed"))).toEqual({
      status: "pass",
      evidence: ["ak-outpost-media: 2 of 2 ready"],
    });
  });

  test("tells a pod that is not ready, and why", async () => {
    const recorded = recording("embedded-deployment");
    for (const slice of recorded.objects.filter(({ kind }) => kind === "EndpointSlice")) {
      change(slice, "endpoints.1.conditions.ready", false);
    }
    change(of(recorded, "Pod", "9tw2c"), "status.containerStatuses.0", {
      name: "proxy",
      ready: false,
      restartCount: 7,
      state: { waiting: { reason: "CrashLoopBackOff" } },
    });
    expect(await ask("outpost-endpoints", OWN, recorded)).toEqual({
      status: "fail",
      why: `${EMBEDDED} must lead to 2 ready pods, got 1`,
      evidence: [`${EMBEDDED}: 1 of 2 ready`, "authentik-embedded-outpost-7xk2p-9tw2c: CrashLoopBackOff, 7 restarts"],
      remedy:
        "kubectl describe the pods that are not ready, and look at their logs; without a Service, at that of authentik's worker",
    });
  });

  test("tells a Service without anybody behind it, and none at all", async () => {
    const nobody = recording("embedded-deployment");
    nobody.objects = nobody.objects.filter(({ kind }) => kind === "Service");
    expect((await ask("outpost-endpoints", OWN, nobody)).why).toBe(`${EMBEDDED} must lead to 2 ready pods, got 0`);
    expect((await ask("outpost-endpoints", OWN, { objects: [], logs: {} })).why).toBe(
      'the outpost "authentik Embedded Outpost" must have a Service in authentik, got none',
    );
  });

  test("asks for the server's pods where those are served, and for one where the cluster decides how many", async () => {
    const back = { ...OWN, outposts: { embedded: { ...OWN.outposts.embedded, receivesTraffic: false } } };
    expect((await ask("outpost-endpoints", back, recording("in-server"))).evidence).toEqual([
      `${EMBEDDED}: 2 of 2 ready`,
    ]);
    const scaled = { ...IN_SERVER, platform: { ...PLATFORM, values: { server: { autoscaling: { enabled: true } } } } };
    expect((await ask("outpost-endpoints", scaled, recording("in-server"))).evidence).toEqual([`${EMBEDDED}: 2 ready`]);
    const kept = { platform: PLATFORM, outposts: { embedded: { form: "kept" } } };
    expect((await ask("outpost-endpoints", kept, recording("in-server"))).status).toBe("pass");
  });

  test("is skipped without outposts, without a place, and when the cluster is left out or away", async () => {
    const skipped = async (site: object, given: Given = {}): Promise<string | undefined> => {
      const { status, why } = await ask("outpost-endpoints", site, recording("in-server"), given);
      expect(status).toBe("skipped");
      return why;
    };
    expect(await skipped({})).toBe("the site has no outposts");
    expect(await skipped({ outposts: { embedded: { form: "in-server" } } })).toBe(
      "the site has no platform, and does not know where its outpost is",
    );
    expect(await skipped(OWN, { withoutCluster: "left out by --no-cluster" })).toBe("left out by --no-cluster");
    const cluster = new RecordedCluster(recording("in-server"));
    cluster.trouble = new Skip("the cluster at https://10.0.0.1:6443 must answer, got ECONNREFUSED");
    expect(await skipped(OWN, { cluster })).toBe("the cluster at https://10.0.0.1:6443 must answer, got ECONNREFUSED");
  });
});

describe("outpost-selector", () => {
  const REMEDY =
    "npm run deploy says what the selector is; authentik's worker writes it, and its log says what kept it from that";

  test("says what is chosen", async () => {
    expect(await ask("outpost-selector", OWN, recording("embedded-deployment"))).toEqual({
      status: "pass",
      evidence: [`${EMBEDDED}: app.kubernetes.io/component=outpost,app.kubernetes.io/name=authentik-embedded-outpost`],
    });
    expect(await ask("outpost-selector", IN_SERVER, recording("in-server"))).toEqual({
      status: "pass",
      evidence: [`${EMBEDDED}: app.kubernetes.io/component=server,app.kubernetes.io/name=authentik`],
    });
    addMedia();
    expect(await ask("outpost-selector", MEDIA, recording("managed"))).toMatchObject({ status: "pass" });
  });

  test("tells a selector that went back to the server's pods", async () => {
    const recorded = recording("embedded-deployment");
    change(of(recorded, "Service"), "spec.selector", {
      "app.kubernetes.io/name": "authentik",
      "app.kubernetes.io/component": "server",
    });
    expect(await ask("outpost-selector", OWN, recorded)).toEqual({
      status: "fail",
      evidence: [],
      why: `${EMBEDDED} must choose app.kubernetes.io/component=outpost,app.kubernetes.io/name=authentik-embedded-outpost, got app.kubernetes.io/component=server,app.kubernetes.io/name=authentik`,
      remedy: REMEDY,
    });
  });

  test("tells one that chooses nobody, and a label too many, which stays when selectors are merged", async () => {
    const nobody = recording("in-server");
    nobody.objects = nobody.objects.filter(({ kind }) => kind !== "Pod");
    expect((await ask("outpost-selector", IN_SERVER, nobody)).why).toBe(`${EMBEDDED} must choose pods, got none`);
    const merged = recording("in-server");
    change(of(merged, "Service"), "spec.selector", {
      "app.kubernetes.io/name": "authentik",
      "app.kubernetes.io/component": "server",
      "goauthentik.io/outpost-uuid": "b5d9",
    });
    expect((await ask("outpost-selector", IN_SERVER, merged)).why).toBe(
      `${EMBEDDED} must choose app.kubernetes.io/component=server,app.kubernetes.io/name=authentik, got app.kubernetes.io/component=server,app.kubernetes.io/name=authentik,goauthentik.io/outpost-uuid=b5d9`,
    );
  });

  test("tells pods that are chosen and are none of the outpost's", async () => {
    const recorded = recording("in-server");
    of(recorded, "Pod", "q2v7m").metadata.labels["app.kubernetes.io/instance"] = "other";
    expect(await ask("outpost-selector", IN_SERVER, recorded)).toEqual({
      status: "fail",
      evidence: [`${EMBEDDED}: app.kubernetes.io/component=server,app.kubernetes.io/name=authentik`],
      why: `${EMBEDDED} must choose no other pods, got authentik-server-6c9f4d7b8-q2v7m`,
      remedy: REMEDY,
    });
    addMedia();
    const managed = recording("managed");
    for (const object of managed.objects.filter(({ kind }) => kind === "Service")) {
      change(object, "spec.selector", { "app.kubernetes.io/name": "authentik-outpost-proxy" });
    }
    of(managed, "Pod", "w9bpt").metadata.labels["goauthentik.io/outpost-name"] = "other";
    expect((await ask("outpost-selector", MEDIA, managed)).why).toBe(
      "ak-outpost-media must choose no other pods, got ak-outpost-media-84c6d5f9b7-w9bpt",
    );
  });

  test("is skipped where the site leaves the outpost as it is", async () => {
    const kept = { platform: PLATFORM, outposts: { embedded: { form: "kept" } } };
    expect(await ask("outpost-selector", kept, recording("in-server"))).toEqual({
      status: "skipped",
      evidence: [],
      why: "the site leaves the embedded outpost as it is",
    });
  });
});

describe("outpost-mode", () => {
  const REMEDY =
    "look at the log of the pods that run the outpost, and compare it with docs/outposts.md; npm run deploy puts their environment right";

  test("says who reports, and where sessions are", async () => {
    health(...SERVERS.map((name) => reports(name)));
    expect(await ask("outpost-mode", IN_SERVER, recording("in-server"))).toEqual({
      status: "pass",
      evidence: [
        "authentik Embedded Outpost: 2 report, the last 10 s ago",
        "authentik Embedded Outpost: sessions are in the database",
      ],
    });
    health(...[...SERVERS, ...OWN_PODS].map((name) => reports(name)));
    expect(await ask("outpost-mode", OWN, recording("embedded-deployment"))).toEqual({
      status: "pass",
      evidence: [
        "authentik Embedded Outpost: 2 report, the last 10 s ago",
        "authentik-embedded-outpost-7xk2p-4lq8z: keeps sessions in the database",
        "authentik-embedded-outpost-7xk2p-9tw2c: keeps sessions in the database",
      ],
    });
    addMedia([reports("ak-outpost-media-84c6d5f9b7-k7rnd"), reports("ak-outpost-media-84c6d5f9b7-w9bpt")]);
    expect(await ask("outpost-mode", MEDIA, recording("managed"))).toEqual({
      status: "pass",
      evidence: [
        "media: 2 report, the last 10 s ago",
        "media: sessions are in each pod",
        "media: sessionAffinity ClientIP",
      ],
    });
  });

  test("counts the pods that are meant: the server reports as well, beside the outpost's own", async () => {
    health(...SERVERS.map((name) => reports(name)));
    expect(await ask("outpost-mode", OWN, recording("embedded-deployment"))).toMatchObject({
      status: "fail",
      why: '2 pods must report for "authentik Embedded Outpost", got 0',
      remedy: REMEDY,
    });
  });

  test("tells pods that reported long ago, and fewer than there are", async () => {
    health(reports(SERVERS[0] ?? ""), reports(SERVERS[1] ?? "", { last_seen: "2026-06-01T11:50:00Z" }));
    expect(await ask("outpost-mode", IN_SERVER, recording("in-server"))).toMatchObject({
      status: "fail",
      why: '2 pods must report for "authentik Embedded Outpost", got 1',
    });
  });

  test("tells an outpost that lost its mark, because of which sessions are in files", async () => {
    const [outpost] = server.objects("outposts/instances");
    server.add("outposts/instances", { ...outpost, managed: null, health: SERVERS.map((name) => reports(name)) });
    expect(await ask("outpost-mode", IN_SERVER, recording("in-server"))).toMatchObject({
      status: "fail",
      why: '"authentik Embedded Outpost" must be managed as goauthentik.io/outposts/embedded, got nothing: sessions are in files',
    });
  });

  describe("of the embedded outpost's own pods", () => {
    beforeEach(() => {
      health(...OWN_PODS.map((name) => reports(name)));
    });

    const broken = async (alter: (recorded: Recording) => void): Promise<Verdict> => {
      const recorded = recording("embedded-deployment");
      alter(recorded);
      return ask("outpost-mode", OWN, recorded);
    };

    test("tells one that was not told the database", async () => {
      const found = await broken((recorded) => {
        change(of(recorded, "Pod", "4lq8z"), "spec.containers.0.env", [{ name: "AUTHENTIK_POSTGRESQL__HOST" }]);
      });
      expect(found.why).toBe(
        "authentik-embedded-outpost-7xk2p-4lq8z must be told the database, got no AUTHENTIK_POSTGRESQL__NAME, AUTHENTIK_POSTGRESQL__USER, AUTHENTIK_POSTGRESQL__PASSWORD",
      );
    });

    test("tells one that says it keeps sessions in files, or is not embedded", async () => {
      const [pod = ""] = OWN_PODS;
      const files = await broken((recorded) => {
        recorded.logs[pod] = '{"event":"using filesystem session backend","level":"info"}\n';
      });
      expect(files.why).toBe(
        `${pod} must keep sessions in the database, got "using filesystem session backend" in its log`,
      );
      const apart = await broken((recorded) => {
        recorded.logs[pod] = '{"embedded":false,"event":"Outpost mode","level":"info"}\n';
      });
      expect(apart.why).toBe(`${pod} must run as the embedded outpost, got "embedded":false in its log`);
    });

    test("says when a log does not say it: rotated away, or cut in the middle of a line", async () => {
      const found = await broken((recorded) => {
        recorded.logs = { [OWN_PODS[0] ?? ""]: 'null\n7\n{"event":"Outpost mo' };
      });
      expect(found).toMatchObject({ status: "pass" });
      expect(found.evidence.slice(1)).toEqual(
        OWN_PODS.map((name) => `${name}: told the database; its log does not say where sessions are`),
      );
    });

    test("leaves out pods that go, and says when there are none", async () => {
      const going = await broken((recorded) => {
        of(recorded, "Pod", "4lq8z").metadata.deletionTimestamp = "2026-06-01T11:59:00Z";
      });
      expect(going.evidence).not.toContainEqual(expect.stringContaining("4lq8z"));
      const none = await broken((recorded) => {
        recorded.objects = [];
      });
      expect(none.evidence).toContain(
        "pods were not looked at: the embedded outpost has no pods of its own to look at (see outpost-endpoints)",
      );
    });

    test("passes on what authentik says where the cluster is left out, and says so", async () => {
      const left = { withoutCluster: "left out by --no-cluster" };
      expect(await ask("outpost-mode", OWN, recording("embedded-deployment"), left)).toEqual({
        status: "pass",
        evidence: [
          "authentik Embedded Outpost: 2 report, the last 10 s ago",
          "pods were not looked at: left out by --no-cluster",
        ],
      });
    });
  });

  test("tells a Service that does not send a person to the same pod", async () => {
    addMedia([reports("a"), reports("b")]);
    const recorded = recording("managed");
    for (const object of recorded.objects.filter(({ kind }) => kind === "Service"))
      change(object, "spec.sessionAffinity", "None");
    expect(await ask("outpost-mode", MEDIA, recorded)).toMatchObject({
      status: "fail",
      why: 'the Service of "media" must have sessionAffinity ClientIP, got None',
    });
  });

  test("tells an outpost that is not there", async () => {
    expect((await ask("outpost-mode", MEDIA, recording("managed"))).why).toBe(
      'authentik must have the outpost "media", got none',
    );
  });
});

describe("outpost-shm", () => {
  test("says what memory the pods have", async () => {
    expect(await ask("outpost-shm", OWN, recording("embedded-deployment"))).toEqual({
      status: "pass",
      evidence: OWN_PODS.map((name) => `${name}: memory, at most 64Mi`),
    });
  });

  test("tells a pod without it, and one with a volume on a disk", async () => {
    const recorded = recording("embedded-deployment");
    change(of(recorded, "Pod", "4lq8z"), "spec.containers.0.volumeMounts", []);
    change(of(recorded, "Pod", "9tw2c"), "spec.volumes.0.emptyDir", {});
    expect(await ask("outpost-shm", OWN, recorded)).toEqual({
      status: "fail",
      evidence: [],
      why: "authentik-embedded-outpost-7xk2p-4lq8z must have a volume of memory at /dev/shm, got none; authentik-embedded-outpost-7xk2p-9tw2c must have a volume of memory at /dev/shm, got another",
      remedy: "npm run deploy; if a pod stays as it is, something else changes its Deployment",
    });
  });

  test("is skipped in the other forms", async () => {
    expect(await ask("outpost-shm", IN_SERVER, recording("in-server"))).toEqual({
      status: "skipped",
      evidence: [],
      why: "only the embedded outpost's own pods get a volume there; how full it is elsewhere takes a shell in the pod",
    });
  });
});

describe("outpost-sessions", () => {
  const HOSTS = {
    ...IN_SERVER,
    hostAccess: { hosts: { "traefik.example.org": "everyone" }, accessTokenValidity: "weeks=4" },
  };

  function signIns(
    ...tokens: readonly { readonly pk: number; readonly issued: string; readonly expires: string }[]
  ): void {
    const [flow] = server.objects("flows/instances");
    const [provider] = server.add("providers/proxy", {
      name: "traefik",
      authorization_flow: flow?.["pk"],
      invalidation_flow: flow?.["pk"],
      access_tokens: tokens.map((token) => ({ ...token, issued: Date.parse(token.issued) / 1000 })),
    });
    server.add("core/applications", { name: "traefik", slug: "traefik-example-org", provider: provider?.pk });
  }

  test("measures the newest sign-in", async () => {
    signIns(
      { pk: 7, issued: "2026-05-01T10:00:00Z", expires: "2026-05-01T12:00:00Z" },
      { pk: 9, issued: "2026-06-01T10:00:00Z", expires: "2026-06-29T10:00:00Z" },
    );
    expect(await ask("outpost-sessions", HOSTS, recording("in-server"))).toEqual({
      status: "pass",
      evidence: ["traefik-example-org: 2 sign-ins, the newest for 28 days"],
    });
  });

  test("tells one that ends before it should", async () => {
    signIns({ pk: 9, issued: "2026-06-01T10:00:00Z", expires: "2026-06-01T12:00:00Z" });
    expect(await ask("outpost-sessions", HOSTS, recording("in-server"))).toEqual({
      status: "fail",
      evidence: ["traefik-example-org: 1 sign-in, the newest for 2 hours"],
      why: "the newest sign-in at traefik-example-org must last weeks=4, got 2 hours",
      remedy:
        "npm run deploy; what changed before counts from the next sign-in on, and where outposts keep sessions in pods, from their next start",
    });
  });

  test("is skipped when nobody is signed in, and without apps behind an outpost", async () => {
    signIns();
    expect((await ask("outpost-sessions", HOSTS, recording("in-server"))).why).toBe(
      "nobody is signed in at an outpost, or the token sees nobody's sign-ins: there is nothing to measure",
    );
    expect((await ask("outpost-sessions", IN_SERVER, recording("in-server"))).why).toBe(
      "the site has no apps behind an outpost",
    );
  });
});
