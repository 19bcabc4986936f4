import type { Change, Objects, Plan, PlannedObject } from "../plan";
import { redirectKey } from "./clients";
import { stand } from "./wording";
import type { Standing } from "./wording";

const PROVIDER = "authentik_provider_oauth2";
const APPLICATION = "authentik_application";

/** An app gets another client id, by whatever way: nobody signs in to it until it knows the new one. */
export function clientIdReplaced(plan: Plan): Standing[] {
  const providers = plan.changes.filter(({ type }) => type === PROVIDER);
  const inPlace = providers.filter(({ fields }) => fields.includes("client_id"));
  const seen = new Set(inPlace.map(({ address }) => address));
  const swapped = [...appSwaps(plan), ...redirectSwaps(providers)].filter(([{ address: old }, { address }]) => {
    const isNew = !seen.has(old) && !seen.has(address);
    seen.add(old).add(address);
    return isNew;
  });
  return [
    ...inPlace.map((change) => standing([change.address], change.before?.client_id, change.after?.client_id)),
    ...swapped
      .filter(([old, made]) => old.values.client_id !== made.values.client_id)
      .map(([old, made]) => standing([old.address, made.address], old.values.client_id, made.values.client_id)),
  ];
}

function standing(addresses: readonly string[], before: unknown, after: unknown): Standing {
  return stand("client-id-replaced", addresses, {
    where: addresses.at(-1) ?? "",
    rule: `keep the client id ${shown(before)}, by which its app signs people in`,
    got: shown(after),
    remedy:
      typeof before === "string" ? `say clientId: ${shown(before)} in the app's record` : "give it the one it had",
  });
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : "one that is not known here";
}

type Swap = readonly [PlannedObject, PlannedObject];

/** Providers of apps that had another one before; an app is the same by its address or its slug. */
function appSwaps({ changes, before, after }: Plan): Swap[] {
  const changed = new Set(changes.filter(({ type }) => type === APPLICATION).map(({ address }) => address));
  const old = clients(before, changed);
  const byAddress = new Map(old.map((client) => [client.app.address, client]));
  const bySlug = new Map(old.map((client) => [client.app.name, client]));
  return clients(after, changed).flatMap(({ app, provider }): Swap[] => {
    const same = byAddress.get(app.address) ?? (app.name === undefined ? undefined : bySlug.get(app.name));
    return same === undefined ? [] : [[same.provider, provider]];
  });
}

interface Client {
  readonly app: PlannedObject;
  readonly provider: PlannedObject;
}

/** Apps among the given addresses whose provider is an OAuth2 one. */
function clients(objects: Objects, addresses: ReadonlySet<string>): Client[] {
  const providers = new Map<string, PlannedObject>();
  for (const provider of objects.values()) {
    if (provider.type !== PROVIDER) continue;
    providers.set(provider.address, provider);
    if (typeof provider.values.id === "string") providers.set(provider.values.id, provider);
  }
  return [...addresses].flatMap((address): Client[] => {
    const app = objects.get(address);
    if (app === undefined) return [];
    const keys = [String(app.values.protocol_provider), ...(app.unknown.get("protocol_provider") ?? [])];
    const provider = keys.map((key) => providers.get(key)).find((found) => found !== undefined);
    return provider === undefined ? [] : [{ app, provider }];
  });
}

/** Providers that go while another comes with the same redirect URIs. */
function redirectSwaps(providers: readonly Change[]): Swap[] {
  const made = new Map(
    providers.filter(({ action }) => action === "create").map((change) => [redirectKey(change.after), change]),
  );
  return providers
    .filter(({ action }) => action === "delete")
    .flatMap((old): Swap[] => {
      const key = redirectKey(old.before);
      const same = key === undefined ? undefined : made.get(key);
      return same === undefined ? [] : [[asObject(old, old.before), asObject(same, same.after)]];
    });
}

function asObject({ address, type }: Change, values: Change["before"] = {}): PlannedObject {
  return { address, type, mode: "managed", values, unknown: new Map() };
}
