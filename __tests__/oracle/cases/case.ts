import type { Finding, TerraformJson } from "../index";

type Body = Record<string, unknown>;

/** A way to spoil a valid document, and what the oracle must say about it: this and nothing else. */
export interface Case {
  readonly spoil: (draft: Draft) => void;
  readonly findings: readonly Finding[];
}

/** A document that can be changed. */
export class Draft {
  constructor(readonly document: TerraformJson) {}

  /** A resource, `data.…`, `ephemeral.…` or `provider.…`; made empty when it is not there. */
  block(address: string): Body {
    const [first = "", ...rest] = address.split(".");
    if (first === "provider") {
      const all = child(child(this.document, "provider"), rest[0] ?? "");
      return (all as unknown as Body[])[0] ?? {};
    }
    const [mode, type, name] =
      first === "data" || first === "ephemeral" ? [first, rest[0], rest[1]] : ["resource", first, rest[0]];
    return child(child(child(this.document, mode), type ?? ""), name ?? "");
  }

  section(name: string): Body {
    return child(this.document, name);
  }

  replace(section: string, value: unknown): void {
    (this.document as Body)[section] = value;
  }

  /** Appends an entry to a list such as `moved`. */
  push(name: string, entry: Body): void {
    const list = ((this.document as Body)[name] ??= []) as Body[];
    list.push(entry);
  }
}

/** One flaw, one finding. */
export function flaw(address: string, rule: string, text: string, spoil: (draft: Draft) => void): Case {
  return { spoil, findings: [{ address, rule, text }] };
}

export function set(address: string, name: string, value: unknown): (draft: Draft) => void {
  return (draft) => {
    draft.block(address)[name] = value;
  };
}

export function drop(address: string, ...names: readonly string[]): (draft: Draft) => void {
  return (draft) => {
    for (const name of names) Reflect.deleteProperty(draft.block(address), name);
  };
}

/** Adds a block, or changes several arguments of one. */
export function put(address: string, body: Body): (draft: Draft) => void {
  return (draft) => {
    Object.assign(draft.block(address), body);
  };
}

/** A default of the provider that has to be written out. */
export function unstated(address: string, name: string, why: string): Case {
  return flaw(address, "unstated-default", `${name} must be stated; ${why}`, drop(address, name));
}

/** A value that gets lost on the way to the server. */
export function unsent(address: string, name: string, value: unknown, shown: string): Case {
  const text = `${name} is ${shown}, which the provider does not send; leave it out`;
  return flaw(address, "never-sent", text, set(address, name, value));
}

function child(parent: unknown, name: string): Body {
  return ((parent as Body)[name] ??= {}) as Body;
}
