import type { EngineVersion } from "./engine";
import type { StackJson } from "./workspace";

/** Where each engine asks for a provider whose source names no host. */
export const REGISTRIES: Readonly<Record<EngineVersion["product"], string>> = {
  Terraform: "registry.terraform.io",
  OpenTofu: "registry.opentofu.org",
};

const BLOCK = /^provider "(?<source>[^"]+)" \{\n(?<body>[\s\S]*?)^\}\n/gm;
const HEADER = "# Made by `npm run lock`; both engines keep it up to date.\n";

type Required = Readonly<Record<string, { readonly source: string; readonly version?: string }>>;

/** The providers a stack requires, in its own words. */
export function providersOf(json: StackJson): Required {
  const { required_providers: required = {} } = (json.terraform ?? {}) as { required_providers?: Required };
  return required;
}

/** The providers of several lock files by their whole source; of one that is in several, the last is taken. */
export function mergeLocks(texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    texts.flatMap((text) => [...text.matchAll(BLOCK)].map(({ 0: block, groups }) => [groups?.source ?? "", block])),
  );
}

/** A lock file of what a stack requires, whichever engine reads it. */
export function onlyFor(providers: ReadonlyMap<string, string>, json: StackJson): string {
  const wanted = new Set(Object.values(providersOf(json)).flatMap(({ source }) => wholeSources(source)));
  const blocks = [...providers].filter(([source]) => wanted.has(source)).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${HEADER}\n${blocks.map(([, block]) => block).join("\n")}`;
}

/** `helm` is `hashicorp/helm` of the engine's own registry. */
function wholeSources(source: string): string[] {
  const parts = source.split("/");
  if (parts.length === 3) return [source];
  const path = parts.length === 2 ? source : `hashicorp/${source}`;
  return Object.values(REGISTRIES).map((registry) => `${registry}/${path}`);
}
