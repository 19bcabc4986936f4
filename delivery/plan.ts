import { differing, isRecord, nameOf, referenced } from "./objects";
import { actionOf, checkShown, resources } from "./shown-plan";
import type { Shown, ShownChange, ShownResource } from "./shown-plan";

export type Values = Readonly<Record<string, unknown>>;

/** What happens to an object; nothing that stays as it is. */
export type Action = "create" | "delete" | "forget" | "replace" | "update";

/** An object on one side of a change, managed or looked up. */
export interface PlannedObject {
  readonly address: string;
  readonly type: string;
  /** What it is called in authentik: username, slug, domain, identifier or name. */
  readonly name?: string | undefined;
  readonly mode: "data" | "managed";
  /** Attributes that are known on this side; none that is sensitive. */
  readonly values: Values;
  /** Attributes that are not known, or not all of them, with the addresses they are made from. */
  readonly unknown: ReadonlyMap<string, readonly string[]>;
}

/** Objects by address. */
export type Objects = ReadonlyMap<string, PlannedObject>;

export interface Change {
  readonly address: string;
  readonly type: string;
  /** What it is called in authentik, before the change where it was there. */
  readonly name?: string | undefined;
  readonly action: Action;
  /** Whether the object that was there is destroyed. */
  readonly destroys: boolean;
  /** Why, in the engine's words, such as `replace_because_tainted`. */
  readonly reason?: string | undefined;
  /** Key of an object left over from a replacement that stopped half-way; the address is another's. */
  readonly deposed?: string | undefined;
  readonly before?: Values | undefined;
  readonly after?: Values | undefined;
  /** The address it had, when a `moved` block gives it another. */
  readonly previousAddress?: string | undefined;
  /** Whether an object that was there already comes under the address. */
  readonly imported: boolean;
  /** Attributes that differ; names alone, those of secrets too, never what is in them. */
  readonly fields: readonly string[];
}

/** What would change, however that was found out. */
export interface Plan {
  readonly changes: readonly Change[];
  /** Objects that only get another address. */
  readonly moves: readonly { readonly from: string; readonly to: string }[];
  /** Addresses under which objects that were there already come, and nothing of them changes. */
  readonly imports: readonly string[];
  /** Every object as it is, by the address it will have. */
  readonly before: Objects;
  /** Every object as it will be in authentik, those that are forgotten too. */
  readonly after: Objects;
  /** Addresses of objects that were there before they were managed, or must not be destroyed. */
  readonly kept: ReadonlySet<string>;
}

/** What attributes are made from, by attribute. */
type Expressions = ReadonlyMap<string, readonly string[]>;

/**
 * Reads what `terraform show -json` says of a plan, OpenTofu's as well; part of a stack is read as what it is.
 * @throws Failure on anything else, on a plan that ended in an error, and on actions nobody knows
 */
export function readPlan(shown: unknown): Plan {
  const plan = checkShown(shown);
  const configured = resources(plan.configuration?.root_module);
  const made = new Map(configured.map(({ address, expressions }) => [address, expressionsOf(expressions)]));
  const before = priorObjects(plan);
  const after = new Map(before);
  const changes: Change[] = [];
  const moves: { from: string; to: string }[] = [];
  for (const resource of plan.resource_changes ?? []) {
    const expressions: Expressions = made.get(resource.address) ?? new Map<string, string[]>();
    const action = actionOf(resource);
    follow(after, resource, action, expressions);
    if (action !== undefined && resource.mode === "managed") changes.push(changeOf(resource, action, expressions));
    else if (resource.previous_address !== undefined)
      moves.push({ from: resource.previous_address, to: resource.address });
  }
  const imported = (plan.resource_changes ?? []).filter(({ change }) => change.importing);
  const imports = imported.filter((resource) => actionOf(resource) === undefined).map(({ address }) => address);
  return { changes, moves, imports, before, after, kept: new Set(imported.map(({ address }) => address)) };
}

function priorObjects(plan: Shown): Map<string, PlannedObject> {
  const current = resources(plan.prior_state?.values?.root_module).filter((object) => object.deposed_key === undefined);
  return new Map(
    current.map((object) => {
      const values = withoutSecrets(object.values ?? {}, object.sensitive_values);
      return [object.address, planned(object, values, new Map())];
    }),
  );
}

/** Takes a change over into the objects there will be; what is forgotten stays in authentik. */
function follow(
  after: Map<string, PlannedObject>,
  resource: ShownResource,
  action: Action | undefined,
  expressions: Expressions,
): void {
  if (resource.deposed !== undefined) return;
  if (action === "delete") after.delete(resource.address);
  else if (isRecord(resource.change.after)) after.set(resource.address, afterwards(resource, expressions));
}

function changeOf(resource: ShownResource, action: Action, expressions: Expressions): Change {
  const { address, type, deposed, action_reason: reason, previous_address: previousAddress, change } = resource;
  const before = isRecord(change.before) ? withoutSecrets(change.before, change.before_sensitive) : undefined;
  const after = isRecord(change.after) ? withoutSecrets(change.after, change.after_sensitive) : undefined;
  return {
    address,
    type,
    name: nameOf(type, before ?? after),
    action,
    destroys: change.actions.includes("delete"),
    reason,
    deposed,
    before,
    after,
    previousAddress,
    imported: Boolean(change.importing),
    fields: fieldsOf(change, expressions),
  };
}

/** What the provider fills in is no change anybody made. */
function fieldsOf({ before, after, after_unknown: unknown }: ShownChange, expressions: Expressions): string[] {
  if (!isRecord(before) || !isRecord(after)) return [];
  const open = isRecord(unknown) ? Object.keys(unknown).filter((name) => holdsTrue(unknown[name])) : [];
  const known = differing(before, after).filter((name) => !open.includes(name));
  return [...known, ...open.filter((name) => expressions.has(name))].sort();
}

function afterwards(resource: ShownResource, expressions: Expressions): PlannedObject {
  const { after, after_unknown: unknown, after_sensitive: sensitive } = resource.change;
  const open = isRecord(unknown) ? Object.keys(unknown).filter((name) => holdsTrue(unknown[name])) : [];
  const values = withoutSecrets(isRecord(after) ? after : {}, sensitive);
  return planned(resource, values, new Map(open.map((name) => [name, expressions.get(name) ?? []])));
}

function planned(
  { address, type, mode }: Pick<ShownResource, "address" | "mode" | "type">,
  values: Values,
  unknown: PlannedObject["unknown"],
): PlannedObject {
  return { address, type, name: nameOf(type, values), mode: mode === "data" ? "data" : "managed", values, unknown };
}

function withoutSecrets(values: Values, sensitive: unknown): Values {
  if (!isRecord(sensitive)) return sensitive === true ? {} : values;
  return Object.fromEntries(Object.entries(values).filter(([name]) => !holdsTrue(sensitive[name])));
}

function holdsTrue(mark: unknown): boolean {
  if (typeof mark !== "object" || mark === null) return mark === true;
  return Object.values(mark).some(holdsTrue);
}

function expressionsOf(expressions: Values = {}): Expressions {
  return new Map(Object.entries(expressions).map(([name, expression]) => [name, [...new Set(addresses(expression))]]));
}

function addresses(expression: unknown): string[] {
  if (Array.isArray(expression)) return expression.flatMap(addresses);
  if (!isRecord(expression)) return [];
  const { references, ...nested } = expression;
  const found = Array.isArray(references)
    ? references.map((reference) => referenced(String(reference))).filter((address) => address !== undefined)
    : [];
  return [...found, ...Object.values(nested).flatMap(addresses)];
}
