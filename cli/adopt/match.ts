import { isRecord } from "../../access/stack";
import type { Arguments, StackJson } from "../../access/stack";
import { PERMISSIONS } from "./collections";
import { bindingsBeside, stepsBeside } from "./beside";
import { Finding } from "./finding";
import type { Resource, StoredValue } from "./finding";
import type { Instance, Live } from "./instance";
import { differences } from "./plan-values";
import type { Difference } from "./plan-values";
import { ReadInstance } from "./read-instance";
import { PERMISSION, RESOURCES, SETTINGS } from "./resources";

export type { Difference } from "./plan-values";

/** What a first plan of a stack would do to an instance, with what it imports. */
export interface Matched {
  /** Import ids by address, without what the stack imports by itself. */
  readonly imports: ReadonlyMap<string, string>;
  /** The live object of each address that has one. */
  readonly live: ReadonlyMap<string, Live>;
  /** Addresses of what the plan would create in authentik. */
  readonly created: readonly string[];
  /** Addresses of what would be created in the state, and change nothing in authentik. */
  readonly stateOnly: readonly string[];
  /** What else the plan would send, what it would not find, and what authentik has that the stack does not say. */
  readonly differences: readonly Difference[];
}

export interface MatchOptions {
  /** A value that is in Vault.  @default - none is known, and each is taken for what authentik has */
  readonly stored?: StoredValue;
}

/**
 * Finds the live object of every resource of a stack, and what a plan would still change once all of them are imported: by
 * the provider's own rules of what is read back and how it is compared. Only authentik's resources are looked at, and what
 * is in the state alone. What a stack imports by itself is taken for an object that it changes in part, so the stack is one
 * of a site without `imports`.
 */
export function match(json: StackJson, instance: Instance, { stored }: MatchOptions = {}): Matched {
  const finding = new Finding(json, instance, stored);
  const known = finding.resources.flatMap((one) => {
    const live = finding.liveAt(one.address);
    return live === undefined ? [] : [{ ...one, live }];
  });
  const missing = finding.resources.filter(({ address }) => finding.liveAt(address) === undefined);
  const isIncomplete = ({ name }: Resource): boolean => name === SETTINGS && !finding.hasAllFlags;
  const importable = known.filter((one) => !isIncomplete(one) && !finding.isImported(one.address));
  const permissions = finding.blocks(PERMISSION);
  const isGranted = ([, block]: readonly [string, Arguments]): boolean => hasPermission(finding, instance, block);
  return {
    imports: new Map(importable.map((one) => [one.address, importId(one)])),
    live: new Map(known.map(({ address, live }) => [address, live])),
    created: [
      ...missing.map(({ address }) => address),
      ...permissions.filter((one) => !isGranted(one)).map(([address]) => address),
    ],
    stateOnly: [
      ...finding.blocks("terraform_data").map(([address]) => address),
      ...permissions.filter(isGranted).map(([address]) => address),
      ...known.filter(isIncomplete).map(({ address }) => address),
    ],
    differences: [
      ...unread(finding, instance),
      ...finding.lost(),
      ...missing.flatMap((one) => taken(finding, instance, one)),
      ...known.flatMap((one) => ownDifferences(finding, one)),
      ...beside(finding, instance, known),
    ],
  };
}

interface Known extends Resource {
  readonly live: Live;
}

function importId({ live, name }: Known): string {
  return String(live[RESOURCES[name]?.importId ?? "pk"]);
}

function ownDifferences(finding: Finding, { address, block, live, name }: Known): Difference[] {
  const type = RESOURCES[name];
  if (type === undefined) return [];
  const lifecycle = isRecord(block.lifecycle) ? block.lifecycle : {};
  const { ignore_changes: ignored = [] } = lifecycle as { ignore_changes?: "all" | readonly string[] };
  return differences({ address, name, type, given: finding.argumentsOf(block), live, ignored });
}

/** What was there before beside what a stack declares; of what it takes over itself, it leaves that alone. */
function beside(finding: Finding, instance: Instance, known: readonly Known[]): Difference[] {
  const claimed = new Set(known.map(({ live }) => live));
  return known.flatMap(({ address, live, name }) => {
    if (finding.isImported(address)) return [];
    return [
      ...(RESOURCES[name]?.isTarget === true ? bindingsBeside(instance, address, live, claimed) : []),
      ...(name === "authentik_flow" ? stepsBeside(instance, address, live, claimed) : []),
    ];
  });
}

/** Lists beside its own that have to be read before it is known what else there is. */
function listsOf(name: string): string[] {
  const type = RESOURCES[name];
  if (name === PERMISSION) return ["rbac/roles", PERMISSIONS.path];
  if (type === undefined) return [];
  return [
    type.path,
    ...(type.isTarget === true ? ["policies/bindings"] : []),
    ...(name === "authentik_flow" ? ["flows/bindings"] : []),
  ];
}

function unread(finding: Finding, instance: Instance): Difference[] {
  const lists = instance instanceof ReadInstance ? instance.unread : [];
  const permissions = finding.blocks(PERMISSION).map(([address]) => ({ address, name: PERMISSION }));
  return [...finding.resources, ...permissions].flatMap(({ address, name }) => {
    const list = lists.find(({ path }) => listsOf(name).includes(path));
    if (list === undefined) return [];
    return [{ address, attribute: "id", live: undefined, planned: `${list.noun} cannot be read: ${list.needs}` }];
  });
}

/** A name that something of another kind has already, so that it could not be created. */
function taken(finding: Finding, instance: Instance, { address, block, name }: Resource): Difference[] {
  const [family = ""] = RESOURCES[name]?.path.split("/") ?? [];
  const planned = finding.argumentsOf(block).name;
  const [other] = typeof planned === "string" ? instance.having(`${family}/all`, "name", planned) : [];
  if (other === undefined) return [];
  return [{ address, attribute: "name", live: `${String(other["verbose_name"])} ${planned as string}`, planned }];
}

function hasPermission(finding: Finding, instance: Instance, block: Arguments): boolean {
  const { object_id: object = null, permission, role } = finding.argumentsOf(block);
  return instance
    .having(PERMISSIONS.path, "role", role)
    .some((right) => right["permission"] === permission && right["object_pk"] === object);
}
