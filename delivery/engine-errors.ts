import { dirname } from "node:path";
import type { StackFolder } from "./workspace";

interface KnownError {
  readonly says: RegExp;
  readonly remedy: (match: RegExpExecArray, at: { readonly folder: string; readonly binary: string }) => string;
}

/** What engines and providers say when something is wrong that has a known way out, in one line without breaks. */
const KNOWN: readonly KnownError[] = [
  {
    // The first id is the holder's: below "Lock Info", the backend http shows that of whoever asks.
    says: /Error acquiring the state lock(?:.*? ID(?:=|: +)(\S+))?/,
    remedy: ([, id], { folder, binary }) =>
      id === undefined
        ? "the lock cannot be taken: look whether the account may write where the state is"
        : `another run holds the lock: wait until it has ended; if that run is dead: ${binary} -chdir=${folder} force-unlock ${id}`,
  },
  {
    says: /Saved plan is stale/,
    remedy: () => "somebody else applied in between: run it again, which plans anew",
  },
  {
    says: /state snapshot was created by (?:Terraform|OpenTofu) v(\S+?),? which is newer/,
    remedy: ([, version = ""]) => `the state was written by ${version}: use that version or a newer one`,
  },
  {
    says: /Failed to initialize kubernetes configuration|Kubernetes cluster unreachable|no configuration has been provided/,
    remedy: () => "the cluster is out of reach: set KUBE_CONFIG_PATH (export KUBE_CONFIG_PATH=~/.kube/config)",
  },
  {
    says: /namespaces "([^"]+)" not found/,
    remedy: ([, namespace = ""]) => `the namespace is missing: kubectl create namespace ${namespace}`,
  },
  {
    says: /(?:secrets|leases\S*) .{0,80}is forbidden: User "([^"]+)"/,
    remedy: ([, user = ""]) => `${user} may not use the state: it needs its Secret and its Lease (docs/state.md)`,
  },
  {
    says: /n[o']t match any of the checksums|Inconsistent dependency lock file|locked provider .* does not match configured version|previously-selected version \S+ is no longer available/,
    remedy: () => "the lock file is of other providers: npm run lock, and commit what it writes",
  },
  {
    says: /could not connect to registry|could not query provider registry|failed to query provider mirror|was not found in any of the search locations|does not have a provider named/,
    remedy: () =>
      "the provider's registry is out of reach: name a mirror in the engine's own configuration (provider_installation)",
  },
  {
    says: /cannot re-use a name that is still in use/,
    remedy: (_, { folder, binary }) =>
      `the release is there and the plan would install it again: if its first installation timed out, ${binary} -chdir=${folder} untaint helm_release.platform_release, then run this again`,
  },
  {
    says: /another operation \(install\/upgrade\/rollback\) is in progress/,
    remedy: () =>
      "an upgrade was cut off: look at `helm history` in the release's namespace, `helm rollback` to the last revision that was deployed, then run this again",
  },
  {
    says: /No matching (\w+) found/,
    remedy: ([, what = "objects"]) =>
      `authentik has no such ${what}: right after its first start it still makes them, npm run bootstrap waits for that`,
  },
  {
    says: /no secret found at "([^"]+)"/,
    remedy: ([, path = ""]) =>
      `${path} is missing in Vault: npm run secrets:init -- --dry-run tells who has to put it there`,
  },
  {
    says: /Token invalid\/expired|Authentication credentials were not provided/,
    remedy: () => "authentik does not accept the token: see authentik.apiToken in the site (docs/secrets.md)",
  },
  {
    says: /Instance cannot be destroyed/,
    remedy: () => "an object that was there before must stay: forget it with a `removed` block (docs/architecture.md)",
  },
];

/** Ways out of what an engine says, a line each. */
export function remedies(words: string, stack: StackFolder, binary: string): string[] {
  const text = words.replaceAll(/[│╷╵]/g, " ").replaceAll(/\s+/g, " ");
  return KNOWN.flatMap(({ says, remedy }) => {
    const match = says.exec(text);
    return match === null ? [] : [remedy(match, { folder: dirname(stack.file), binary })];
  });
}
