import type { Finding, Problem, Rule } from "../finding";
import { at, problem } from "../finding";
import type { JsonObject } from "../json";
import { objectAt } from "../json";
import { SECRET_NAME } from "./secrets";

/** Backends and the argument by which each tells one state from another. */
const STATE: Readonly<Record<string, string>> = {
  azurerm: "key",
  consul: "path",
  cos: "key",
  gcs: "prefix",
  http: "address",
  kubernetes: "secret_suffix",
  local: "path",
  oci: "key",
  oss: "key",
  pg: "schema_name",
  remote: "workspaces",
  s3: "key",
};
/** A password in an address or in a list of `name=value`. */
const PASSWORD = /:\/\/[^/\s:@]*:[^/\s@]+@|\bpassword\s*=\s*\S/i;

/** The backend is one Terraform has, keeps this stack's state apart, and holds no credential. */
export const backendFits: Rule = function* (stack) {
  const entries = Object.entries(objectAt(objectAt(stack.document, "terraform"), "backend"));
  const [type, ...more] = entries.map(([name]) => name);
  if (type === undefined || more.length > 0) return;
  const given = objectAt(objectAt(objectAt(stack.document, "terraform"), "backend"), type);
  const key = Object.hasOwn(STATE, type) ? STATE[type] : undefined;
  if (key === undefined) {
    const names = Object.keys(STATE).join(", ");
    yield here(problem("backend-type", `backend ${type} is none that Terraform has; use one of ${names}`));
  } else if (given[key] === undefined || given[key] === "") {
    yield here(problem("backend-key", `backend.${type}.${key} must be stated; without it stacks share one state`));
  }
  yield* credentials(type, given);
};

function* credentials(type: string, given: JsonObject): Generator<Finding> {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== "string" || value === "") continue;
    // A file of credentials is no credential.
    const isFile = name === "credentials" && value.endsWith(".json");
    if (isFile || !(SECRET_NAME.test(name) || name.endsWith("_key_base64") || PASSWORD.test(value))) continue;
    const text = `backend.${type}.${name} holds a credential; leave it to the environment or to init's -backend-config`;
    yield here(problem("backend-credential", text));
  }
}

function here(found: Problem): Finding {
  return at("terraform", found);
}
