import type { Finding, Rule } from "../finding";
import { at, problem } from "../finding";
import { objectAt } from "../json";
import { AUTHENTIK_VERSION } from "../schemas/authentik";
import { BOUND_PROVIDERS, bindingVersion } from "../schemas/bindings";
import type { Stack } from "../stack";

const EXACT = /^(?:=\s*)?(\d+\.\d+\.\d+(?:-[\w.]+)?)$/;

/** One backend, a required engine version, and every provider pinned to the version whose schema we know. */
export const terraformBlock: Rule = function* (stack) {
  const terraform = objectAt(stack.document, "terraform");
  const backends = Object.keys(objectAt(terraform, "backend")).length + ("cloud" in terraform ? 1 : 0);
  if (backends !== 1) {
    yield here(
      problem("backend", `exactly one backend must be set, got ${backends}; an engine takes the first or refuses`),
    );
  }
  const version = terraform["required_version"];
  if (typeof version !== "string" || version === "") {
    yield here(
      problem("required-version", "required_version is missing; ephemeral values need Terraform or OpenTofu 1.11"),
    );
  } else if (!demandsWriteOnly(version)) {
    const text = `required_version must be >= 1.11 or higher, got "${version}"; write-only arguments need it`;
    yield here(problem("required-version", text));
  }
  for (const name of providersOf(stack)) yield* pinned(stack, name);
};

/** Whether one of the constraints leaves out everything below 1.11. */
function demandsWriteOnly(constraints: string): boolean {
  return constraints.split(",").some((constraint) => {
    const [, major, minor] = /^\s*(?:>=|>|~>|=)?\s*(\d+)\.(\d+)(?:\.\d+)?\s*$/.exec(constraint) ?? [];
    return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 11);
  });
}

function here(found: ReturnType<typeof problem>): Finding {
  return at("terraform", found);
}

/** Local names of the providers that the blocks of a stack use. */
function providersOf(stack: Stack): readonly string[] {
  const names = new Set<string>();
  for (const { body, mode, type } of stack.blocks) {
    if (type === "terraform_data" || type === "terraform_remote_state") continue;
    const { provider } = body;
    const chosen = mode !== "provider" && typeof provider === "string" ? provider.split(".")[0] : undefined;
    names.add(chosen ?? type.split("_")[0] ?? type);
  }
  return [...names].sort();
}

function* pinned(stack: Stack, name: string): Generator<Finding> {
  const required = objectAt(objectAt(objectAt(stack.document, "terraform"), "required_providers"), name);
  const { source, version } = required;
  if (typeof source !== "string" || typeof version !== "string") {
    yield here(problem("required-providers", `provider ${name} is used and not required; give its source and version`));
    return;
  }
  const exact = EXACT.exec(version)?.[1];
  if (exact === undefined) {
    yield here(problem("required-providers", `provider ${name} must be pinned to one version, got "${version}"`));
    return;
  }
  const known = knownVersion(name);
  if (known !== undefined && exact !== known) {
    yield here(
      problem("required-providers", `provider ${name} is pinned to ${exact}, and its schema here is ${known}`),
    );
  }
}

const versions = new Map<string, string | undefined>();

function knownVersion(provider: string): string | undefined {
  if (provider === "authentik") return AUTHENTIK_VERSION;
  if (!BOUND_PROVIDERS.some((name) => name === provider)) return undefined;
  if (!versions.has(provider)) versions.set(provider, bindingVersion(provider));
  return versions.get(provider);
}
