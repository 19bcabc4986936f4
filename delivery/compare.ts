import { differing, isRecord, nameOf, referenced, sameJson } from "./objects";
import type { Action, Change, Objects, Plan, PlannedObject, Values } from "./plan";

/** A stack as it is synthesized or rendered: the contents of cdk.tf.json. */
export type StackJson = Values;

/** A resource as its block says; what it refers to is `{ expression }`. */
interface Declared extends PlannedObject {
  readonly lifecycle: {
    readonly ignore_changes?: readonly string[] | "all";
    readonly prevent_destroy?: boolean;
    readonly replace_triggered_by?: readonly string[];
  };
}

/** Arguments every block takes, which are no attributes. */
const META = ["//", "connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];

/**
 * What applying `after` would change, were everything as `before` says; nothing is asked but the two. `moved`, `removed`
 * and `import` blocks, `ignore_changes` and `replace_triggered_by` count as they do in an engine. A stack compared with
 * itself is a plan without changes.
 */
export function compareStacks(before: StackJson | undefined, after: StackJson): Plan {
  const earlier = declared(before);
  const later = declared(after);
  const moves = movesOf(after, earlier, later);
  const was = new Map([...earlier.values()].map((object) => [moves.get(object.address) ?? object.address, object]));
  const from = new Map([...was].map(([address, object]) => [address, moveTo(object, address, moves)]));
  const to = new Map([...later].map(([address, object]) => [address, leaveIgnored(object, from.get(address))]));
  const imports = new Set(blocks(after, "import").map(({ to: address }) => String(address)));
  const forgotten = new Set(
    blocks(after, "removed")
      .filter(isForgetting)
      .map((block) => String(block.from)),
  );
  const replaced = replacements(from, to);
  const changes = [...new Set([...from.keys(), ...to.keys()])].flatMap((address): Change[] => {
    const [a, b] = [from.get(address), to.get(address)];
    if ((a ?? b)?.mode === "data") return [];
    const imported = a === undefined && imports.has(address);
    const action = actionOf(a, b, { imported, isForgotten: forgotten.has(address), isReplaced: replaced.has(address) });
    const previous = was.get(address)?.address;
    return action === undefined ? [] : [changeOf(a, b, { action, imported, previous })];
  });
  const moved = [...moves].map(([old, address]) => ({ from: old, to: address }));
  const stays = new Map([...from].filter(([address]) => forgotten.has(address) && !to.has(address)));
  return {
    changes,
    imports: [],
    moves: moved.filter((move) => !changes.some(({ address }) => address === move.to)),
    before: from,
    after: new Map<string, PlannedObject>([...stays, ...to]),
    kept: new Set([...keptAddresses(before)].map((address) => moves.get(address) ?? address)),
  };
}

/** Addresses a stack adopts objects under, or says must not be destroyed. */
export function keptAddresses(stack: StackJson | undefined): Set<string> {
  const guarded = [...declared(stack).values()].filter(({ lifecycle }) => lifecycle.prevent_destroy === true);
  return new Set([...blocks(stack, "import").map(({ to }) => String(to)), ...guarded.map(({ address }) => address)]);
}

function declared(stack: StackJson | undefined): Map<string, Declared> {
  const found = new Map<string, Declared>();
  for (const mode of ["managed", "data"] as const) {
    const types = stack?.[mode === "data" ? "data" : "resource"];
    for (const [type, named] of Object.entries(isRecord(types) ? types : {})) {
      for (const [id, block] of Object.entries(isRecord(named) ? named : {})) {
        const address = `${mode === "data" ? "data." : ""}${type}.${id}`;
        if (isRecord(block)) found.set(address, declare({ address, type, mode }, block));
      }
    }
  }
  return found;
}

function declare(kind: Pick<PlannedObject, "address" | "mode" | "type">, block: Values): Declared {
  const attributes = Object.entries(block).filter(([name]) => !META.includes(name));
  const values = Object.fromEntries(attributes.map(([name, value]) => [name, parsed(value)]));
  const unknown = attributes
    .map(([name, value]) => [name, referencesIn(value)] as const)
    .filter(([, references]) => references.length > 0);
  const lifecycle = isRecord(block.lifecycle) ? (block.lifecycle as Declared["lifecycle"]) : {};
  return { ...kind, name: nameOf(kind.type, values), values, unknown: new Map(unknown), lifecycle };
}

/** A template begins with `${` or `%{`; doubled, the sign is meant as it is. */
const TEMPLATE = /(?<![$%])(?:\$\$|%%)*[$%]\{/;

function parsed(value: unknown): unknown {
  if (typeof value === "string")
    return TEMPLATE.test(value) ? { expression: value } : value.replaceAll(/([$%])\1\{/g, "$1{");
  if (Array.isArray(value)) return value.map(parsed);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, parsed(part)]));
}

const REFERENCE = /(?:data\.)?[a-z][a-z0-9]*_[a-z0-9_]+\.[A-Za-z0-9_-]+/g;

function referencesIn(value: unknown): string[] {
  if (typeof value === "string") return TEMPLATE.test(value) ? [...new Set(value.match(REFERENCE) ?? [])] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(referencesIn) : [];
}

function blocks(stack: StackJson | undefined, name: string): Values[] {
  const found = stack?.[name];
  return Array.isArray(found) ? found.filter(isRecord) : [];
}

function isForgetting({ lifecycle }: Values): boolean {
  return isRecord(lifecycle) && lifecycle.destroy === false;
}

/** An engine follows a move when the old address is in the state and the new one is not. */
function movesOf(after: StackJson, earlier: Objects, later: Objects): Map<string, string> {
  const wanted = new Map(blocks(after, "moved").map(({ from, to }) => [String(from), String(to)]));
  const moves = new Map<string, string>();
  for (const from of wanted.keys()) {
    if (!earlier.has(from) || later.has(from)) continue;
    const seen = new Set([from]);
    let to = from;
    for (let next = wanted.get(to); next !== undefined && !seen.has(next); next = wanted.get(to)) {
      seen.add(next);
      to = next;
    }
    if (!earlier.has(to)) moves.set(from, to);
  }
  return moves;
}

/** An object under its new address, whatever it refers to under theirs. */
function moveTo(object: Declared, address: string, moves: ReadonlyMap<string, string>): Declared {
  if (moves.size === 0) return object;
  const renamed = (text: string): string => text.replaceAll(REFERENCE, (found) => moves.get(found) ?? found);
  const follow = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(follow);
    if (!isRecord(value)) return value;
    if (typeof value.expression === "string") return { expression: renamed(value.expression) };
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, follow(part)]));
  };
  const unknown = [...object.unknown].map(([name, found]) => [name, found.map(renamed)] as const);
  return { ...object, address, values: follow(object.values) as Values, unknown: new Map(unknown) };
}

function leaveIgnored(object: Declared, before: Declared | undefined): Declared {
  const { ignore_changes: ignored = [] } = object.lifecycle;
  if (before === undefined || ignored.length === 0) return object;
  const names = ignored === "all" ? Object.keys({ ...before.values, ...object.values }) : ignored;
  const values = names.reduce<unknown>(
    (all, path) =>
      withPart(
        all,
        before.values,
        path.split(/[.[\]"]+/).filter((step) => step !== ""),
      ),
    object.values,
  );
  const unknown = new Map(object.unknown);
  for (const name of names) {
    const open = before.unknown.get(name);
    if (open === undefined) unknown.delete(name);
    else unknown.set(name, open);
  }
  return { ...object, name: nameOf(object.type, values as Values), values: values as Values, unknown };
}

/** A value with one part of it as it is in another; a list that has one element is its element. */
function withPart(all: unknown, other: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return other;
  if (step === "0" && !Array.isArray(all)) return withPart(all, other, rest);
  if (Array.isArray(all)) {
    const others: unknown[] = Array.isArray(other) ? other : [];
    return all.map((part, place) => (String(place) === step ? withPart(part, others[place], rest) : (part as unknown)));
  }
  if (!isRecord(all)) return all;
  const part = withPart(all[step], isRecord(other) ? other[step] : undefined, rest);
  const { [step]: _, ...left } = all;
  return part === undefined ? left : { ...left, [step]: part };
}

/** Addresses that are replaced because something they name in `replace_triggered_by` changes. */
function replacements(from: ReadonlyMap<string, Declared>, to: ReadonlyMap<string, Declared>): Set<string> {
  const replaced = new Set<string>();
  const sets = (reference: string): boolean => {
    const address = referenced(reference);
    const [a, b] = [from.get(address ?? ""), to.get(address ?? "")];
    if (address === undefined || a === undefined || b === undefined) return false;
    if (replaced.has(address)) return true;
    const attribute = reference.slice(address.length + 1).split(/[.[]/)[0] ?? "";
    const changed = differing(a.values, b.values);
    return attribute === "" ? changed.length > 0 : changed.includes(attribute);
  };
  for (let known = -1; known < replaced.size;) {
    known = replaced.size;
    for (const [address, { lifecycle }] of to) {
      if (from.has(address) && (lifecycle.replace_triggered_by ?? []).some(sets)) replaced.add(address);
    }
  }
  return replaced;
}

interface Fate {
  readonly imported: boolean;
  readonly isForgotten: boolean;
  readonly isReplaced: boolean;
}

function actionOf(
  before: Declared | undefined,
  after: Declared | undefined,
  { imported, isForgotten, isReplaced }: Fate,
): Action | undefined {
  if (after === undefined) return isForgotten ? "forget" : "delete";
  if (before === undefined) return imported ? "update" : "create";
  if (isReplaced) return "replace";
  return sameJson(before.values, after.values) ? undefined : "update";
}

function changeOf(
  before: Declared | undefined,
  after: Declared | undefined,
  {
    action,
    imported,
    previous,
  }: { readonly action: Action; readonly imported: boolean; readonly previous?: string | undefined },
): Change {
  const { address, type } = (before ?? after) as Declared;
  return {
    address,
    type,
    name: (before ?? after)?.name,
    action,
    destroys: action === "delete" || action === "replace",
    before: before?.values,
    after: after?.values,
    previousAddress: previous === undefined || previous === address ? undefined : previous,
    imported,
    fields: before === undefined || after === undefined ? [] : differing(before.values, after.values),
  };
}
