import type { Refusal } from "./refusal";

/** Kubernetes objects of an outpost that authentik makes, by authentik's own names. */
const COMPONENTS = [
  "deployment",
  "service",
  "service-metrics",
  "secret",
  "ingress",
  "httproute",
  "traefik middleware",
  "prometheus servicemonitor",
] as const;
export type PatchComponent = (typeof COMPONENTS)[number];

/** One change of an object; `path` is a JSON pointer, in which `~1` stands for a slash inside a name. */
export interface PatchOperation {
  /** Set what is there or not, or replace what is there. */
  readonly op: "add" | "replace";
  /** Such as `/spec/template/spec/containers/0/resources`. */
  readonly path: string;
  /** What is put there. */
  readonly value: unknown;
}

/** Changes of an outpost's objects, by component, applied in order. */
export type JsonPatches = Readonly<Partial<Record<PatchComponent, readonly PatchOperation[]>>>;

/** Patches as they may still be wrong. */
export type LoosePatches = Readonly<
  Record<string, readonly ({ readonly op?: string; readonly path?: string } | undefined)[] | undefined>
>;

/** What may be patched in one kind of outpost. */
export interface PatchRules {
  /** Components authentik does not make or not patch there, and why in words. */
  readonly never: Readonly<Partial<Record<PatchComponent, string>>>;
  /** Paths an option decides, by component, and that option. */
  readonly owned: Readonly<Partial<Record<PatchComponent, Readonly<Record<string, string>>>>>;
}

const POINTER = /^(\/([^~/]|~[01])*)+$/;

/**
 * What of an outpost's patches would do nothing, fail, or be applied for ever. authentik applies a patch twice: to the
 * object it is about to write, and to the one in the cluster to see whether that has to be written.
 */
export function checkPatches(patches: LoosePatches = {}, rules: PatchRules, field = "patches"): Refusal[] {
  return Object.entries(patches).flatMap(([component, operations = []]) => {
    const place = /^[a-z]+$/.test(component) ? `${field}.${component}` : `${field}["${component}"]`;
    const found = operations.map((operation, index) => ({ ...operation, place: `${place}[${index}]` }));
    if (!isComponent(component)) return [unknownComponent(place)];
    const reason = rules.never[component];
    if (reason !== undefined) return [nothing(place, `must not be given, since ${reason}`, isCustom(component))];
    return [...checkOperations(found, rules.owned[component] ?? {}), ...checkTargets(component, found)];
  });
}

interface Operation {
  readonly op?: string;
  readonly path?: string;
  readonly value?: unknown;
  /** Where it stands. */
  readonly place: string;
}

function isComponent(name: string): name is PatchComponent {
  return (COMPONENTS as readonly string[]).includes(name);
}

function unknownComponent(place: string): Refusal {
  return nothing(
    place,
    `must be one of ${COMPONENTS.join(", ")}, got another name; authentik ignores it, so correct it`,
  );
}

function nothing(field: string, text: string, waivable = false): Refusal {
  return { code: "AK038", field, text, ...(waivable && { waivable }) };
}

function checkOperations(operations: readonly Operation[], owned: Readonly<Record<string, string>>): Refusal[] {
  return operations.flatMap(({ op, path, place }, index) => {
    if (op !== undefined && op !== "add" && op !== "replace") return [unsafeKind(place, op)];
    if (path === undefined) return [];
    if (!POINTER.test(path)) {
      const text = `must be a JSON pointer such as /spec/type, got ${JSON.stringify(path)}; write ~1 for a slash inside a name and ~0 for ~`;
      return [{ field: `${place}.path`, text }];
    }
    const later = operations.slice(index + 1).find((other) => isWithin(path, other.path));
    const option = Object.keys(owned).find((own) => isWithin(path, own) || isWithin(own, path));
    return [
      ...(op === "add" && /\/(-|\d+)$/.test(path) ? [growingList(place, path)] : []),
      ...(later === undefined ? [] : [nothing(`${place}.path`, overwritten(path, later.place))]),
      ...(option === undefined
        ? []
        : [nothing(`${place}.path`, `must not be ${path}, ${owned[option] ?? ""}; remove it`)]),
    ];
  });
}

function unsafeKind(place: string, op: string): Refusal {
  const text = `must be "add" or "replace", got "${op}"; authentik applies a patch again to the object it has already patched, and only these two end the same`;
  return { code: "AK039", field: `${place}.op`, text };
}

function growingList(place: string, path: string): Refusal {
  const list = path.slice(0, path.lastIndexOf("/"));
  const text = `must not be an entry of a list, got ${path}; it would be added again at each run, so add the whole list at ${list}`;
  return { code: "AK039", field: `${place}.path`, text };
}

function overwritten(path: string, by: string): string {
  return `must not be ${path}, which ${by} overwrites; remove one of the two`;
}

/** Whether a path is another one or below it. */
function isWithin(path: string, other: string | undefined): boolean {
  return other !== undefined && (path === other || path.startsWith(`${other}/`));
}

/** What is different in every outpost, and may hold anything. */
const ANY = Symbol("any");
type Shape = { [key: string]: Shape } | Shape[] | string | typeof ANY;

/** What authentik has in an object before it is patched. */
const SHAPES: Readonly<Partial<Record<PatchComponent, () => Shape>>> = {
  deployment: () => ({
    metadata: metadata(),
    spec: {
      replicas: "",
      selector: { matchLabels: ANY },
      template: {
        metadata: { labels: ANY },
        spec: { imagePullSecrets: [], securityContext: ANY, containers: [container()] },
      },
    },
  }),
  service: service,
  "service-metrics": service,
  secret: () => ({ metadata: metadata(), data: ANY }),
  ingress: () => ({ metadata: { ...metadata(), annotations: ANY }, spec: ANY }),
};

function metadata(): { [key: string]: Shape } {
  return { name: "", namespace: "", labels: ANY };
}

function service(): Shape {
  return { metadata: metadata(), spec: { ports: ANY, selector: ANY, type: "" } };
}

function container(): Shape {
  return { name: "", image: "", ports: ANY, env: ANY, securityContext: ANY };
}

/** Runs the patch on what authentik has: a path into nothing fails, and with it the update of all the outpost's objects. */
function checkTargets(component: PatchComponent, operations: readonly Operation[]): Refusal[] {
  const root = SHAPES[component]?.();
  if (root === undefined) return [];
  return operations.flatMap(({ op, path, value, place }) => {
    if (path === undefined || !POINTER.test(path)) return [];
    const names = path
      .split("/")
      .slice(1)
      .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
    if (component === "secret" && /^(data|stringData)$/.test(names[0] ?? "")) {
      const text = "must not be a value of a Secret, got a literal (not shown); use a Secret of your own";
      return [{ code: "AK004", field: `${place}.path`, text }];
    }
    const missing = put(root, names, op === "replace", value);
    if (missing === undefined) return [];
    const text =
      missing === names.length
        ? `must be there to be replaced, got ${path}; say op: "add"`
        : `must lie in something authentik makes, got ${path} without ${pointer(names.slice(0, missing))}; add that as a whole`;
    return [nothing(`${place}.path`, text)];
  });
}

function pointer(names: readonly string[]): string {
  return names.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Puts a value at a path; the number of names that lead to what is missing, when something is. */
function put(root: Shape, names: readonly string[], replaces: boolean, value: unknown): number | undefined {
  let shape: Shape | undefined = root;
  for (const [depth, name] of names.entries()) {
    if (shape === ANY) return undefined;
    if (typeof shape !== "object") return depth;
    const holder = shape as { [key: string]: Shape };
    if (depth < names.length - 1) {
      shape = Object.hasOwn(holder, name) ? holder[name] : undefined;
      continue;
    }
    if (replaces && !Object.hasOwn(holder, name)) return names.length;
    holder[name] = typeof value === "object" && value !== null ? (structuredClone(value) as Shape) : "";
  }
  return undefined;
}

/** Components that are custom resources. */
export const CUSTOM_COMPONENTS = ["httproute", "traefik middleware", "prometheus servicemonitor"] as const;

function isCustom(component: PatchComponent): boolean {
  return (CUSTOM_COMPONENTS as readonly PatchComponent[]).includes(component);
}
