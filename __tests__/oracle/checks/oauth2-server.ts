import type { Check } from "../finding";
import { problem } from "../finding";
import type { JsonObject } from "../json";
import { asList, isObject, textAt } from "../json";
import { schemaOf } from "../schemas/index";
import type { Block } from "../stack";
import { referencesOf } from "../stack";

const FLOWS: Readonly<Record<string, string>> = {
  authorization_flow: "authorization",
  bind_flow: "authentication",
  invalidation_flow: "invalidation",
  unbind_flow: "invalidation",
};

/** The server takes any flow for any purpose: people are then signed out where they should be let in. */
export const flowDesignations: Check = function* (block, stack) {
  for (const [argument, wanted] of Object.entries(FLOWS)) {
    const flow = stack.referenced(block, argument);
    if (flow?.type !== "authentik_flow") continue;
    const got = textAt(flow.body, "designation") ?? designationOf(textAt(flow.body, "slug") ?? "", wanted);
    if (got === wanted) continue;
    yield problem("flow-designation", `${argument} wants a flow for ${wanted}, and ${flow.address} is for ${got}`);
  }
};

/** What a slug tells of a flow's purpose; what it does not tell is taken to be right. */
function designationOf(slug: string, wanted: string): string {
  return slug.includes(wanted) ? wanted : (Object.values(FLOWS).find((other) => slug.includes(other)) ?? wanted);
}

/** Without the scope openid there is no id token, and clients refuse the sign-in. */
export const hasOpenid: Check = function* (block, stack) {
  const mappings = referencesOf(block, "property_mappings").map(({ address }) => stack.find(address));
  if (mappings.length === 0 || mappings.some((mapping) => mapping === undefined || isOpenid(mapping))) return;
  yield problem("property-mappings", "property_mappings lacks the scope openid; no id token is made without it");
};

function isOpenid({ body }: Block): boolean {
  const { managed, name, scope_name: scope } = body;
  if (scope !== undefined) return scope === "openid";
  return [managed, name].some((text) => typeof text === "string" && /openid/i.test(text));
}

const REDIRECTING = ["authorization_code", "implicit", "hybrid"];

/** Left empty, the first address that anybody asks for is stored as the only one. */
export const someRedirect: Check = function* ({ body }) {
  const grants = asList(body["grant_types"]);
  const isMachine = grants.length > 0 && !grants.some((grant) => REDIRECTING.some((known) => known === grant));
  if (isMachine || asList(body["allowed_redirect_uris"]).length > 0) return;
  yield problem(
    "redirect-uri",
    "allowed_redirect_uris must have an entry; left empty, the first address asked for is kept",
  );
};

/** Addresses of a stranger, of which no pattern may take one. */
const FOREIGN = [
  "https://evil.invalid/",
  "http://evil.invalid/",
  "https://evil.invalid/callback",
  "https://evil.invalid",
];

/** A pattern has to compile and to leave somebody out. */
export const regexRedirects: Check = function* ({ body }) {
  for (const [index, entry] of asList(body["allowed_redirect_uris"]).entries()) {
    const url = isObject(entry) ? pattern(entry) : undefined;
    if (url === undefined) continue;
    const path = `allowed_redirect_uris[${index}].url`;
    const expression = compiled(url);
    if (!expression) {
      yield problem("redirect-uri", `${path} is no regular expression, so it matches nothing; correct it`);
    } else if (FOREIGN.some((address) => expression.test(address))) {
      yield problem(
        "redirect-uri",
        `${path} matches addresses of anybody, who can then sign in as others; name the host`,
      );
    }
  }
};

function pattern(entry: JsonObject): string | undefined {
  const url = entry["matching_mode"] === "regex" ? textAt(entry, "url") : undefined;
  return url?.includes("${") === true ? undefined : url;
}

/** The server matches the whole address; Python's way to name a group is its own. */
function compiled(url: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${url.replace(/^\(\?[a-z]+\)/, "").replaceAll("(?P<", "(?<")})$`);
  } catch {
    return undefined;
  }
}

/** The list is compared entry by entry with the server's, which is in the order of its own choices. */
export const grantTypes: Check = function* ({ body, mode, type }) {
  const order = schemaOf(mode, type)?.arguments.get("grant_types")?.values ?? [];
  const places = asList(body["grant_types"]).map((grant) => order.findIndex((known) => known === grant));
  if (places.every((place, index) => index === 0 || place < 0 || place >= (places[index - 1] ?? 0))) return;
  yield problem("list-order", `grant_types must be in the server's order: ${order.join(", ")}`);
};
