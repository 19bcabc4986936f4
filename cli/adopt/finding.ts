import { isRecord, list } from "../../access/stack";
import type { Arguments, StackJson } from "../../access/stack";
import type { Instance, Live } from "./instance";
import { coerced } from "./plan-values";
import type { Difference } from "./plan-values";
import { LOOKUPS, PERMISSION, RESOURCES, SETTINGS } from "./resources";
import type { ResourceType } from "./resources";
import { evaluate, referenceOf, Unknown } from "./template";
import type { Reference } from "./template";

/** Finds a value that is in Vault. */
export type StoredValue = (place: {
  readonly mount: string;
  readonly path: string;
  readonly key: string;
}) => string | undefined;

/** A resource of authentik's, as a stack declares it. */
export interface Resource {
  readonly address: string;
  /** Such as `authentik_flow`. */
  readonly name: string;
  readonly block: Arguments;
}

type Blocks = ReadonlyMap<string, Arguments>;

/** What authentik goes by where a flag is not set. */
const FLAGS = {
  core_default_app_access: true,
  enterprise_audit_include_expanded_diff: false,
  flows_continuous_login: false,
  flows_refresh_others: false,
};

/** Finds what is behind the addresses of a stack, and what its expressions stand for. */
export class Finding {
  private readonly resourceBlocks: ReadonlyMap<string, Blocks>;
  private readonly lookupBlocks: ReadonlyMap<string, Blocks>;
  private readonly ownImports: ReadonlyMap<string, unknown>;
  private readonly appOf: ReadonlyMap<string, string>;
  private readonly found = new Map<string, ReadonlyMap<string, Live>>();

  constructor(
    json: StackJson,
    private readonly instance: Instance,
    private readonly stored: StoredValue = () => undefined,
  ) {
    this.resourceBlocks = byType(json.resource, "");
    this.lookupBlocks = byType(json.data, "data.");
    this.ownImports = new Map(list(json.import).flatMap((own) => (isRecord(own) ? [[String(own.to), own.id]] : [])));
    this.appOf = new Map(
      this.blocks("authentik_application").flatMap(([address, { protocol_provider: provider }]) => {
        const reference = referenceOf(provider);
        return reference === undefined ? [] : [[reference.address, address] as const];
      }),
    );
  }

  /** Every resource of authentik's, but for rights of roles. */
  get resources(): Resource[] {
    const names = [...this.resourceBlocks.keys()].filter((name) => name.startsWith("authentik_"));
    return names
      .filter((name) => name !== PERMISSION)
      .flatMap((name) => this.blocks(name).map(([address, block]) => ({ address, name, block })));
  }

  /** The blocks of a type of resource, by address. */
  blocks(name: string): (readonly [address: string, block: Arguments])[] {
    return [...(this.resourceBlocks.get(name) ?? [])];
  }

  /** Whether the stack imports it by itself. */
  isImported(address: string): boolean {
    return this.ownImports.has(address);
  }

  /** Whether the settings have every flag; the provider cannot read them otherwise. */
  get hasAllFlags(): boolean {
    const { flags } = this.instance.settings;
    return isRecord(flags) && Object.keys(FLAGS).every((flag) => flag in flags);
  }

  /** The live object of a resource. */
  liveAt(address: string): Live | undefined {
    const name = typeOf(address);
    const type = RESOURCES[name];
    if (type === undefined) return undefined;
    const known = this.found.get(name) ?? this.findAll(name, type);
    this.found.set(name, known);
    return known.get(address);
  }

  /** The arguments of a block, expressions worked out. */
  argumentsOf(block: Arguments): Arguments {
    const own = Object.entries(block).filter(
      ([name]) => name !== "//" && name !== "lifecycle" && name !== "depends_on",
    );
    return Object.fromEntries(own.map(([name, value]) => [name, evaluate(value, this.valueOf)]));
  }

  /** Lookups that find nothing. */
  lost(): Difference[] {
    return [...this.lookupBlocks].flatMap(([name, blocks]) =>
      LOOKUPS[name] === undefined
        ? []
        : [...blocks].flatMap(([address, block]) => {
            if (this.lookUp(address) !== undefined) return [];
            const { attribute, value } = this.soughtBy(name, block);
            return [{ address, attribute, live: undefined, planned: shown(value) }];
          }),
    );
  }

  /** The objects of all resources of a type, each that of one resource, the nearest first. */
  private findAll(name: string, type: ResourceType): ReadonlyMap<string, Live> {
    if (name === SETTINGS) return this.findSettings();
    const wanted = this.blocks(name).map(([address, block]) => {
      const objects = this.candidates(address, name, type, block);
      const { prefer } = type;
      const preferred = prefer === undefined ? undefined : this.argument(name, prefer, block);
      return { address, objects, near: objects.filter((live) => prefer === undefined || live[prefer] === preferred) };
    });
    const matched = new Map<string, Live>();
    const claimed = new Set<Live>();
    const claim = (address: string, objects: readonly Live[]): void => {
      const live = matched.has(address) ? undefined : objects.find((object) => !claimed.has(object));
      if (live === undefined) return;
      matched.set(address, live);
      claimed.add(live);
    };
    for (const { address, near } of wanted) claim(address, near);
    for (const { address, objects } of wanted) claim(address, objects);
    return matched;
  }

  private findSettings(): ReadonlyMap<string, Live> {
    const { settings } = this.instance;
    if (Object.keys(settings).length === 0) return new Map();
    const flags = { ...FLAGS, ...(isRecord(settings.flags) ? settings.flags : {}) };
    const live: Live = { ...settings, flags, pk: "system_settings" };
    return new Map(this.blocks(SETTINGS).map(([address]) => [address, live]));
  }

  private candidates(address: string, name: string, type: ResourceType, block: Arguments): readonly Live[] {
    const { importId = "pk", path } = type;
    if (this.ownImports.has(address)) {
      const id = evaluate(this.ownImports.get(address), this.valueOf);
      return this.instance.all(path).filter((live) => String(live[importId]) === id);
    }
    const ofApp = this.providerOfApp(address, path);
    if (ofApp !== undefined) return [ofApp];
    const key = type.key.map((attribute) => ({
      field: type.renamed?.[attribute] ?? attribute,
      value: this.argument(name, attribute, block),
    }));
    const [first, ...others] = key;
    if (first === undefined || key.some(({ value }) => value instanceof Unknown)) return [];
    const hasOthers = (live: Live): boolean =>
      others.every(({ field, value }) => (live[field] ?? undefined) === (value ?? undefined));
    return this.instance.having(path, first.field, first.value).filter(hasOthers);
  }

  /** The provider of the app that a resource is the provider of: an app keeps its own, whatever that is called. */
  private providerOfApp(address: string, path: string): Live | undefined {
    const app = this.appOf.get(address);
    const live = app === undefined ? undefined : this.liveAt(app);
    const provider = live?.["provider"] ?? undefined;
    return provider === undefined ? undefined : this.instance.get(path, provider);
  }

  private argument(name: string, attribute: string, block: Arguments): unknown {
    return coerced(name, attribute, evaluate(block[attribute], this.valueOf));
  }

  private readonly valueOf = ({ address, attribute }: Reference): unknown => {
    const expression = `\${${address}.${attribute}}`;
    if (/^(data|ephemeral)\.vault_/.test(address)) {
      return this.storedAt(address, attribute) ?? new Unknown(expression, true);
    }
    const live = address.startsWith("data.") ? this.lookUp(address) : this.liveAt(address);
    if (live === undefined || (attribute !== "id" && attribute !== "uuid")) return new Unknown(expression);
    const type = address.startsWith("data.") ? undefined : RESOURCES[typeOf(address)];
    return String(live[attribute === "id" ? (type?.importId ?? "pk") : "pk"]);
  };

  private storedAt(address: string, attribute: string): string | undefined {
    const { mount, name } = this.lookupBlocks.get(typeOf(address))?.get(address) ?? {};
    const [, key] = /^data\["(.*)"\]$/.exec(attribute) ?? [];
    if (typeof mount !== "string" || typeof name !== "string" || key === undefined) return undefined;
    return this.stored({ mount, path: name, key });
  }

  private lookUp(address: string): Live | undefined {
    const name = typeOf(address);
    const block = this.lookupBlocks.get(name)?.get(address);
    const lookup = LOOKUPS[name];
    if (block === undefined || lookup === undefined) return undefined;
    const { attribute, value } = this.soughtBy(name, block);
    const [exact] = this.instance.having(lookup.path, attribute, value);
    if (exact !== undefined || lookup.ignoresCase !== true) return exact;
    const lower = String(value).toLowerCase();
    return this.instance.all(lookup.path).find((live) => String(live[attribute]).toLowerCase() === lower);
  }

  private soughtBy(name: string, block: Arguments): { readonly attribute: string; readonly value: unknown } {
    const [first = "name"] = LOOKUPS[name]?.by ?? [];
    const attribute = LOOKUPS[name]?.by.find((argument) => argument in block) ?? first;
    return { attribute, value: evaluate(block[attribute], this.valueOf) };
  }
}

function byType(types: unknown, prefix: string): ReadonlyMap<string, Blocks> {
  return new Map(
    Object.entries(isRecord(types) ? types : {}).map(([name, named]) => [
      name,
      new Map(
        Object.entries(isRecord(named) ? named : {}).flatMap(([id, block]) =>
          isRecord(block) ? [[`${prefix}${name}.${id}`, block] as const] : [],
        ),
      ),
    ]),
  );
}

function typeOf(address: string): string {
  const [first = "", second = ""] = address.split(".");
  return first === "data" || first === "ephemeral" ? second : first;
}

function shown(value: unknown): unknown {
  return value instanceof Unknown ? value.expression : value;
}
