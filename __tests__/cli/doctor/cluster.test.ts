import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Questions, Told } from "./ask-cluster";
import { KubernetesApi } from "./kubernetes-api";
import { recording } from "./recorded-cluster";

const api = new KubernetesApi();

beforeAll(() => api.start());
afterAll(() => api.stop());
beforeEach(() => {
  api.recorded = recording("embedded-deployment");
  api.refuses.clear();
  api.asked.length = 0;
});

/** Asks in a process of its own, where nothing but HOME is set for all. */
function ask(...questions: readonly Questions[]): Promise<Told[]> {
  const all = questions.map(({ env, ...rest }) => ({ ...rest, env: { HOME: "/nowhere", ...env } }));
  const args = ["--require", require.resolve("tsx/cjs"), join(__dirname, "ask-cluster.ts"), JSON.stringify(all)];
  return new Promise((settle, reject) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      if (error === null) settle(JSON.parse(stdout) as Told[]);
      else reject(new Error(stderr));
    });
  });
}

const OWN = { "app.kubernetes.io/name": "authentik-embedded-outpost", "app.kubernetes.io/component": "outpost" };
const PODS = ["pods", "authentik", OWN] as const;
const REFUSED = "/api/v1/namespaces/authentik/pods is not for you";

test("asks for what checks need, to the last page, and writes nothing", async () => {
  const [service, none, slices, pods, log] = await ask({
    env: { KUBE_CONFIG_PATH: api.kubeconfig },
    ask: [
      ["service", "authentik", "ak-outpost-authentik-embedded-outpost"],
      ["service", "authentik", "ak-outpost-media"],
      ["endpointSlices", "authentik", "ak-outpost-authentik-embedded-outpost"],
      PODS,
      ["beginningOfLog", "authentik", "authentik-embedded-outpost-7xk2p-4lq8z", "proxy"],
    ],
  });
  const kinds = (told: Told | undefined): unknown =>
    (told as { answer: { kind: string }[] }).answer.map(({ kind }) => kind);
  expect(service).toMatchObject({ answer: { kind: "Service" } });
  expect(none).toEqual({});
  expect(kinds(slices)).toEqual(["EndpointSlice", "EndpointSlice"]);
  expect(kinds(pods)).toEqual(["Pod", "Pod"]);
  expect((log as { answer: string }).answer).toContain("using PostgreSQL session backend");
  expect(api.asked.filter((line) => !line.startsWith("GET "))).toEqual([]);
  expect(api.asked.at(-1)).toBe(
    "GET /api/v1/namespaces/authentik/pods/authentik-embedded-outpost-7xk2p-4lq8z/log?container=proxy&limitBytes=262144",
  );
});

test("takes the kubeconfig of the site, of the environment, or at home, and the site's context", async () => {
  mkdirSync(join(api.folder, ".kube"));
  copyFileSync(api.kubeconfig, join(api.folder, ".kube", "config"));
  writeFileSync(join(api.folder, "broken"), "clusters: [");
  const env = { KUBE_CONFIG_PATH: api.kubeconfig };
  const told = await ask(
    { given: { configPath: api.kubeconfig }, env: { KUBE_CONFIG_PATH: "/nowhere" }, ask: [PODS] },
    { env: { KUBECONFIG: api.kubeconfig }, ask: [PODS] },
    { env: { HOME: api.folder }, ask: [PODS] },
    { env: { HOME: api.folder, KUBE_CONFIG_PATH: "~/config" }, ask: [PODS] },
    { given: { configContext: "stranger" }, env, ask: [PODS] },
    { ask: [PODS] },
    { env: { KUBE_CONFIG_PATH: "/nowhere" }, ask: [PODS] },
    { given: { configContext: "other" }, env, ask: [PODS] },
    { env: { KUBE_CONFIG_PATH: join(api.folder, "broken") }, ask: [PODS] },
  );
  expect(told.map((one) => ("answer" in one ? "answered" : one.message))).toEqual([
    ...["answered", "answered", "answered", "answered"],
    `kubernetes: GET /api/v1/namespaces/authentik/pods must be allowed, got 401 (${REFUSED})`,
    "a cluster must be named by KUBE_CONFIG_PATH, got none; --no-cluster leaves it out",
    expect.stringMatching(/^the kubeconfig must be readable, got ENOENT/),
    "the kubeconfig must have a context to use, got other",
    expect.stringMatching(/^the kubeconfig must be readable, got unexpected end/),
  ]);
});

test("gives up a cluster that says nothing, and a command that does not come back", async () => {
  api.refuses.set("/api/v1/namespaces/authentik/pods", -1);
  const env = { KUBE_CONFIG_PATH: api.kubeconfig };
  expect(
    await ask(
      { env, timeoutMs: 200, ask: [PODS] },
      { env, timeoutMs: 200, given: { configContext: "asks" }, ask: [PODS, PODS] },
      { env, given: { configContext: "refuses" }, ask: [PODS] },
    ),
  ).toEqual([
    { error: "Skip", message: `the cluster at ${api.url} must answer, got no answer in time` },
    { error: "Skip", message: "the cluster must take who asks is, got no answer in time" },
    { error: "Skip", message: "the cluster must take who asks is, got no answer in time" },
    { error: "Skip", message: "the cluster must take who refuses is, got sign in first" },
  ]);
}, 30_000);

test("takes who a command says asks, and asks it once", async () => {
  const runs = join(api.folder, "runs");
  const env = { KUBE_CONFIG_PATH: api.kubeconfig, RUNS: runs };
  const told = await ask({ env, given: { configContext: "says" }, ask: [PODS, PODS] });
  expect(told.map((one) => "answer" in one)).toEqual([true, true]);
  expect(readFileSync(runs, "utf8")).toBe("run\n");
});

test("tells what it may not see, what fails, and a cluster that is away", async () => {
  api.refuses.set("/api/v1/namespaces/authentik/services/a", 403);
  api.refuses.set("/api/v1/namespaces/authentik/pods", 500);
  api.refuses.set("/api/v1/namespaces/authentik/pods/a/log", 0);
  const env = { KUBE_CONFIG_PATH: api.kubeconfig };
  expect(
    await ask(
      { env, ask: [["service", "authentik", "a"], PODS, ["beginningOfLog", "authentik", "a", "proxy"]] },
      { given: { configContext: "gone" }, env, ask: [PODS] },
    ),
  ).toEqual([
    {
      error: "Skip",
      message:
        "kubernetes: GET /api/v1/namespaces/authentik/services/a must be allowed, got 403 (/api/v1/namespaces/authentik/services/a is not for you)",
    },
    {
      error: "Failure",
      message: `kubernetes: GET /api/v1/namespaces/authentik/pods must be answered, got 500 (${REFUSED}); look at the cluster`,
    },
    { error: "Skip", message: `the cluster at ${api.url} must answer, got ECONNRESET` },
    { error: "Skip", message: "the cluster at http://127.0.0.1:9 must answer, got ECONNREFUSED" },
  ]);
});
