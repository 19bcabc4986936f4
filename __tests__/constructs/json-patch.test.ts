import { checkPatches } from "../../constructs/json-patch";
import type { LoosePatches, PatchComponent, PatchOperation, PatchRules } from "../../constructs/json-patch";
import { applyAsAuthentik, deployment, service } from "./outpost-objects";

const RULES: PatchRules = { never: {}, owned: {} };

/** What is refused, one line each, `?` for what can be waived. */
function refused(patches: LoosePatches, rules: PatchRules = RULES): string[] {
  return checkPatches(patches, rules).map(
    ({ code = "", field, text, waivable = false }) => `${code}${waivable ? "?" : ""} ${field} ${text}`,
  );
}

const add = (path: string, value: unknown = "x"): PatchOperation => ({ op: "add", path, value });

test("no patches, and none of a component, are fine", () => {
  expect(checkPatches(undefined, RULES)).toEqual([]);
  expect(refused({ service: undefined, deployment: [] })).toEqual([]);
});

const RESOURCES = { requests: { cpu: "50m" }, limits: { memory: "256Mi" } };
const VOLUMES = [{ name: "shm", emptyDir: { medium: "Memory" } }];
const container = "/spec/template/spec/containers/0";

describe("what is accepted gives the wanted object, twice the same", () => {
  test("a Deployment with resources, memory for its sessions and another strategy", () => {
    const patch = [
      add(`${container}/resources`, RESOURCES),
      add("/spec/template/spec/volumes", VOLUMES),
      add(`${container}/volumeMounts`, [{ name: "shm", mountPath: "/dev/shm" }]),
      add("/spec/strategy", { type: "Recreate" }),
    ];
    expect(refused({ deployment: patch })).toEqual([]);
    expect(applyAsAuthentik(patch, deployment)).toMatchObject({
      spec: {
        replicas: 2,
        strategy: { type: "Recreate" },
        template: {
          spec: {
            volumes: VOLUMES,
            containers: [
              {
                image: "ghcr.io/goauthentik/proxy:2026.5.6",
                resources: RESOURCES,
                volumeMounts: [{ name: "shm", mountPath: "/dev/shm" }],
              },
            ],
          },
        },
      },
    });
  });

  test("one entry of a list that is there, and a name with a slash", () => {
    const patch = [
      { op: "replace", path: `${container}/env/0`, value: { name: "AUTHENTIK_HOST", value: "http://a" } },
      add("/metadata/annotations", {}),
      add("/metadata/annotations/example.org~1owner", "ops"),
    ] as const;
    expect(refused({ deployment: patch })).toEqual([]);
    expect(applyAsAuthentik(patch, deployment)).toMatchObject({
      metadata: { annotations: { "example.org/owner": "ops" } },
      spec: { template: { spec: { containers: [{ env: [{ name: "AUTHENTIK_HOST", value: "http://a" }] }] } } },
    });
  });

  test("a Service with annotations and traffic that stays on its node", () => {
    const patch = [
      add("/metadata/annotations", { "external-dns.alpha.kubernetes.io/hostname": "ldap.example.org" }),
      add("/spec/externalTrafficPolicy", "Local"),
      { op: "replace", path: "/spec/type", value: "LoadBalancer" },
    ] as const;
    expect(refused({ service: patch })).toEqual([]);
    expect(applyAsAuthentik(patch, service)).toMatchObject({
      metadata: { annotations: { "external-dns.alpha.kubernetes.io/hostname": "ldap.example.org" } },
      spec: { externalTrafficPolicy: "Local", type: "LoadBalancer" },
    });
  });
});

test("fails on a component authentik does not have", () => {
  expect(refused({ services: [add("/spec/type")] })).toEqual([
    "AK038 patches.services must be one of deployment, service, service-metrics, secret, ingress, httproute, traefik middleware, prometheus servicemonitor, got another name; authentik ignores it, so correct it",
  ]);
});

test("fails on a component that is not made; on a custom resource by one who knows better", () => {
  const rules: PatchRules = {
    ...RULES,
    never: { secret: "authentik makes none; remove it", httproute: "it is not compared; make one" },
  };
  expect(refused({ secret: [add("/metadata/labels/a")], httproute: [] }, rules)).toEqual([
    "AK038 patches.secret must not be given, since authentik makes none; remove it",
    "AK038? patches.httproute must not be given, since it is not compared; make one",
  ]);
});

test("says where, in brackets where a name needs them", () => {
  expect(checkPatches({ "prometheus servicemonitor": [{ op: "test", path: "/a" }] }, RULES, "p")[0]?.field).toBe(
    'p["prometheus servicemonitor"][0].op',
  );
});

test.each(["remove", "move", "copy", "test"])("fails on %s, which is not the same twice", (op) => {
  expect(refused({ service: [add("/spec/a"), { op, path: "/spec/type" }] })).toEqual([
    `AK039 patches.service[1].op must be "add" or "replace", got "${op}"; authentik applies a patch again to the object it has already patched, and only these two end the same`,
  ]);
});

test.each(["-", "0", "12"])("fails on an entry added to a list: %s", (place) => {
  expect(refused({ service: [add(`/spec/ports/${place}`)] })).toEqual([
    `AK039 patches.service[0].path must not be an entry of a list, got /spec/ports/${place}; it would be added again at each run, so add the whole list at /spec/ports`,
  ]);
});

test("fails on a patch another one overwrites, at the path or above it", () => {
  expect(
    refused({ service: [add("/spec/a", {}), add("/spec/a/b"), add("/spec/a"), add("/spec/ab"), add("/spec/a")] }),
  ).toEqual([
    "AK038 patches.service[0].path must not be /spec/a, which patches.service[2] overwrites; remove one of the two",
    "AK038 patches.service[1].path must not be /spec/a/b, which patches.service[2] overwrites; remove one of the two",
    "AK038 patches.service[2].path must not be /spec/a, which patches.service[4] overwrites; remove one of the two",
  ]);
});

test.each(["/spec/replicas", "/spec", "/spec/replicas/x"])("fails on what an option decides: %s", (path) => {
  const rules: PatchRules = { ...RULES, owned: { deployment: { "/spec/replicas": "which the option replicas sets" } } };
  expect(refused({ deployment: [{ op: "replace", path }] }, rules)[0]).toBe(
    `AK038 patches.deployment[0].path must not be ${path}, which the option replicas sets; remove it`,
  );
  expect(refused({ deployment: [add("/spec/replicasets")] }, rules)).toEqual([]);
});

describe("fails on a path into nothing, which stops the outpost's updates", () => {
  test.each<[PatchComponent, PatchOperation, string]>([
    [
      "service",
      add("/metadata/annotations/example.org~1a"),
      "must lie in something authentik makes, got /metadata/annotations/example.org~1a without /metadata/annotations; add that as a whole",
    ],
    [
      "deployment",
      add("/spec/template/spec/containers/1/resources"),
      "must lie in something authentik makes, got /spec/template/spec/containers/1/resources without /spec/template/spec/containers/1; add that as a whole",
    ],
    [
      "service",
      add("/spec/sessionAffinityConfig/clientIP/timeoutSeconds"),
      "must lie in something authentik makes, got /spec/sessionAffinityConfig/clientIP/timeoutSeconds without /spec/sessionAffinityConfig; add that as a whole",
    ],
    [
      "service",
      { op: "replace", path: "/spec/sessionAffinity", value: "ClientIP" },
      'must be there to be replaced, got /spec/sessionAffinity; say op: "add"',
    ],
    [
      "secret",
      { op: "replace", path: "/type", value: "Opaque" },
      'must be there to be replaced, got /type; say op: "add"',
    ],
  ])("%s %j", (component, operation, text) => {
    expect(refused({ [component]: [operation] })).toEqual([`AK038 patches.${component}[0].path ${text}`]);
    if (component === "service") expect(() => applyAsAuthentik([operation], service)).toThrow();
  });

  test("but not on what an earlier one put there", () => {
    expect(
      refused({
        service: [add("/spec/sessionAffinityConfig", { clientIP: {} }), add("/spec/sessionAffinityConfig/b")],
      }),
    ).toEqual([]);
    expect(refused({ ingress: [add("/metadata/annotations/a"), add("/spec/rules/0/host")] })).toEqual([]);
  });
});

test.each(["spec/type", "", "/a~b", "/a~"])("fails on what is no JSON pointer: %j", (path) => {
  expect(refused({ service: [add(path)] })).toEqual([
    ` patches.service[0].path must be a JSON pointer such as /spec/type, got ${JSON.stringify(path)}; write ~1 for a slash inside a name and ~0 for ~`,
  ]);
});

test("fails on a value of a Secret without showing it", () => {
  const found = refused({ secret: [add("/data/token", "aHVudGVyMg=="), add("/stringData", { token: "hunter2" })] });
  expect(found).toEqual([
    "AK004 patches.secret[0].path must not be a value of a Secret, got a literal (not shown); use a Secret of your own",
    "AK004 patches.secret[1].path must not be a value of a Secret, got a literal (not shown); use a Secret of your own",
  ]);
});

test("runs on what a site being read may still lack", () => {
  expect(refused({ service: [undefined, {}, { op: "add" }, { path: "/spec/type" }] })).toEqual([]);
});
