import type { Mode } from "../stack";
import { authentikSchema } from "./authentik";
import { bindingSchema } from "./bindings";
import { BUILTIN } from "./builtin";
import type { BlockSchema } from "./schema";

const cache = new Map<string, BlockSchema | undefined>();

/** The schema of a kind of block; undefined when no provider we know has it. */
export function schemaOf(mode: Mode, type: string): BlockSchema | undefined {
  const key = `${mode} ${type}`;
  if (!cache.has(key)) cache.set(key, BUILTIN[key] ?? fromProvider(mode, type));
  return cache.get(key);
}

function fromProvider(mode: Mode, type: string): BlockSchema | undefined {
  return type === "authentik" || type.startsWith("authentik_")
    ? authentikSchema(mode, type)
    : bindingSchema(mode, type);
}
