import type { Finding, Rule } from "../finding";
import { at, eachBlock, problem } from "../finding";
import { schemaOf } from "../schemas/index";
import type { Block, Leaf } from "../stack";

/** Arguments whose name says that they hold a secret. */
export const SECRET_NAME =
  /(?:^|_)(?:password|passwd|token|secret|jwt|credentials|(?:secret|private|client|api|access)_key|key_data)$/;
/** Arguments whose every value is secret though no name says so. */
const SECRET_ARGUMENTS: readonly (readonly [RegExp, RegExp])[] = [
  [/^kubernetes_secret(?:_v1)?(?:_data)?$/, /^(?:binary_)?data(?:_wo)?$/],
  [/^helm_(?:release|template)$/, /^set_(?:sensitive|wo)$/],
  [/^vault_/, /^data_json(?:_wo)?$/],
];
const TOKENS: readonly (readonly [string, RegExp])[] = [
  ["a Vault token", /\bhv[sb]\.[\w-]{8,}|\bs\.[A-Za-z0-9]{24}\b/],
  ["a GitHub token", /\bgh[opsu]_[A-Za-z0-9]{16,}|\bgithub_pat_\w{16,}/],
  ["a GitLab token", /\bglpat-[\w-]{8,}/],
  ["a Slack token", /\bxox[abprs]-[\w-]{8,}/],
  ["an AWS key", /\bAKIA[0-9A-Z]{16}\b/],
  ["a signed token", /\beyJ[\w-]{8,}\.[\w-]+/],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY/],
];
/** One cheap look before the precise ones: nearly every string fails it. */
const TOKEN_START = /hv[sb]\.|s\.|gh[opsu]_|github_pat_|glpat-|xox|AKIA|eyJ|PRIVATE KEY/;
/** Text that is read where the engine runs, and is no literal here. */
const FILE = /^\$\{(?:\w+\()*file(?:base64)?\("[^"]*"\)+\}$/;
/** The provider has no write-only argument for these two, so they reach the state in any case. */
const VAULT_VALUES: ReadonlySet<string> = new Set([
  "authentik_provider_oauth2.client_secret",
  "authentik_source_oauth.consumer_secret",
]);

/** An argument that holds a secret takes it from somewhere else. */
export const noLiteralSecrets = eachBlock(function* (block) {
  const known = schemaOf(block.mode, block.type)?.arguments;
  for (const leaf of block.leaves) {
    // An empty JSON object is how a kubeconfig is left out.
    if (typeof leaf.value !== "string" || leaf.value === "" || leaf.value === "{}") continue;
    if (leaf.isComment || leaf.references.length > 0 || FILE.test(leaf.value)) continue;
    if (known?.get(leaf.argument)?.sensitive !== true && !isSecret(block, leaf)) continue;
    yield problem("literal-secret", `${leaf.path} holds a literal; take it from Vault or let the server make it`);
  }
});

/** Nothing anywhere looks like a credential. */
export const noTokens: Rule = function* (stack) {
  for (const block of stack.everything) {
    for (const { path, value } of block.leaves) {
      if (typeof value !== "string" || !TOKEN_START.test(value)) continue;
      const [what] = TOKENS.find(([, pattern]) => pattern.test(value)) ?? [];
      if (what === undefined) continue;
      yield at(block.address, problem("token-in-document", `${path} holds ${what}; revoke it and take it from Vault`));
    }
  }
};

/** Secrets reach only the places that keep them out of the state. */
export const secretsStayOut: Rule = function* (stack) {
  for (const block of stack.everything) {
    for (const leaf of block.leaves) {
      if (leaf.argument === "depends_on") continue;
      for (const { address } of leaf.references) {
        if (address.startsWith("ephemeral.")) yield* ephemeral(block, leaf);
        else if (address.startsWith("data.vault_")) yield* vault(block, leaf, address);
      }
    }
  }
};

export function isSecretArgument(type: string, name: string): boolean {
  return SECRET_ARGUMENTS.some(([types, argument]) => types.test(type) && argument.test(name));
}

function isSecret(block: Block, leaf: Leaf): boolean {
  if (SECRET_NAME.test(leaf.key)) return true;
  if (!isSecretArgument(block.type, leaf.argument)) return false;
  // The entries of `set` blocks have a name and a type that are no secrets.
  return !leaf.argument.startsWith("set_") || leaf.key === "value";
}

function* ephemeral(block: Block, { path }: Leaf): Generator<Finding> {
  if (block.mode === "provider" || block.mode === "ephemeral") return;
  if (block.mode === "resource" && /(?:^|\.)\w+_wo(?:$|[.[])/.test(path)) return;
  const text = `${path} takes an ephemeral value; only provider blocks and write-only arguments (…_wo) can`;
  yield at(block.address, problem("ephemeral-in-argument", text));
}

function* vault(block: Block, { path, argument }: Leaf, address: string): Generator<Finding> {
  if (block.mode === "resource" && VAULT_VALUES.has(`${block.type}.${argument}`)) return;
  const text = `${path} reads ${address}, which puts the secret into the state; read it with an ephemeral block`;
  yield at(block.address, problem("vault-value-in-argument", text));
}
