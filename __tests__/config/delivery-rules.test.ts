import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { read, smallSite } from "../synth";
import { lines } from "./lines";

const folder = mkdtempSync(join(tmpdir(), "delivery-rules-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const backend = (name: string, content: object): string => {
  writeFileSync(join(folder, name), JSON.stringify({ terraform: { backend: content } }));
  return name;
};
const local = backend("local.json", { local: {} });
const s3 = backend("s3.json", { s3: { bucket: "states" } });
const elsewhere = backend("elsewhere.json", { kubernetes: { namespace: "states" } });
const partial = backend("partial.json", { kubernetes: {} });

const token = { store: { name: "vault" }, ref: { key: "authentik/api", property: "token" } };
const source = { from: "git", url: "https://git.example.org/platform/authentik.git" };
const flux = { source, token };
const vault = { address: "https://vault.example.org", mounts: ["kv"], auth: { method: "token" } };
const platform = { secret: { from: "existing", name: "authentik-env" }, database: { host: "db.example.org" } };
const site = (change: object, rest: object = {}): object => ({
  ...smallSite,
  ...rest,
  delivery: { flux: { ...flux, ...change } },
});

test.each<[string, object, string[]]>([
  [
    "AK070 states that go with a pod",
    site({}, { backend: local }),
    [
      'AK070 backend: must be one that runners and workstations share, got "local"; a pod\'s files go with it, so keep the states in Kubernetes, a database or a bucket',
    ],
  ],
  [
    "AK070 states in another namespace",
    site({}, { backend: elsewhere }),
    [
      'AK070 delivery: flux.namespace must be that of the states, "states" in the backend\'s file, got "authentik-delivery"; write the same in both, so that runners and workstations share state and lock',
    ],
  ],
  [
    "AK070 states in a namespace nobody wrote down",
    site({}, { backend: partial }),
    [
      'AK070 delivery: flux.namespace must be that of the states, nothing in the backend\'s file, got "authentik-delivery"; write the same in both, so that runners and workstations share state and lock',
    ],
  ],
  [
    "AK071 runners beside authentik's own Secrets",
    site({}, { platform: { ...platform, namespace: "authentik-delivery" } }),
    [
      'AK071 delivery: flux.namespace must not be the release\'s, got "authentik-delivery"; runners read every Secret of theirs, so give them another',
    ],
  ],
  [
    "AK072 runners that cannot sign in",
    site({}, { vault }),
    [
      "AK072 delivery: flux.vault must be given beside a Vault, got nothing; name the role that the runners' service accounts may take",
    ],
  ],
  [
    "AK072 a role of no Vault",
    site({ vault: { role: "authentik" } }),
    ["AK072 delivery: flux.vault must not be given without a Vault, got one; remove it, or describe vault"],
  ],
  [
    "AK012 a dependency twice",
    site({ dependsOn: [{ name: "tofu-controller" }, { name: "tofu-controller", namespace: "flux-system" }] }),
    ['AK012 delivery: flux.dependsOn[1] must be listed once, got "flux-system/tofu-controller" again; remove it'],
  ],
  [
    "AK012 variables twice",
    site({ envFrom: ["state-key", "state-key"] }),
    ['AK012 delivery: flux.envFrom[1] must be listed once, got "state-key" again; remove it'],
  ],
  [
    "a password in the repository's URL",
    site({ source: { from: "git", url: "https://user:secret@git.example.org/a.git" } }),
    [
      "delivery: flux.source.url must be a URL that begins with https:// or ssh:// and holds no password, got a credential (not shown)",
    ],
  ],
  [
    "a folder outside of the repository",
    site({ path: "../authentik" }),
    ['delivery: flux.path must be a path inside the repository, such as infrastructure/authentik, got "../authentik"'],
  ],
])("refuses %s", (_what, written, problems) => {
  expect(lines(written, folder)).toEqual(problems);
});

test.each<[string, object]>([
  ["states in the namespace of the runners", site({ namespace: "states" }, { backend: elsewhere })],
  ["states in a bucket", site({}, { backend: s3 })],
  ["any backend without Flux", { ...smallSite, backend: local, delivery: { maxRemovals: 1 } }],
  ["a role beside a Vault", site({ vault: { role: "authentik" } }, { vault })],
  ["a release in another namespace", site({}, { platform })],
  ["a user in the repository's URL", site({ source: { from: "git", url: "ssh://git@git.example.org/a.git" } })],
  ["dependencies of one name in two namespaces", site({ dependsOn: [{ name: "a" }, { name: "a", namespace: "b" }] })],
])("takes %s", (_what, written) => {
  expect(read(written, folder).delivery.pass).toEqual({});
});
