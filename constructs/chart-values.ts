import chart from "../schema/authentik-chart-2026.5.6.values.json";
import type { Refusal } from "./refusal";

export type ChartValues = Readonly<Record<string, unknown>>;

const KNOWN: Readonly<Record<string, { readonly type: string }>> = chart.values;

/** Keys the chart has, documents or once had, and never reads. */
const DEAD: Readonly<Record<string, string>> = {
  "global.namespaceOverride": "the chart reads namespaceOverride, which the Helm release's namespace replaces",
  "server.strategy": "the key is server.deploymentStrategy",
  "worker.strategy": "the key is worker.deploymentStrategy",
  "server.extraEnv": "the key is server.env",
  "worker.extraEnv": "the key is worker.env",
  redis: "authentik needs no Redis any more",
  extraManifests: "the key is additionalObjects",
  extraObjects: "the key is additionalObjects",
};

/**
 * What in further chart values would not reach the pods, or would undo what the release sets itself.
 * @param own The values the release sets itself.
 */
export function checkValues(values: ChartValues, own: ChartValues, field = "values"): Refusal[] {
  const leaves = paths(values);
  return [
    ...leaves.flatMap((path) => checkPath(path, own, field)),
    ...duplicateEnv(mergeValues(own, values), field),
    ...literalSecrets(values, field),
  ];
}

function checkPath(path: string, own: ChartValues, field: string): Refusal[] {
  const place = `${field}.${path}`;
  if (path.startsWith("authentik.") && path !== "authentik.web.path") {
    const variable = path.toUpperCase().replaceAll(".", "__").replace("AUTHENTIK__", "AUTHENTIK_");
    return [
      {
        code: "AK020",
        field: place,
        text: `must not stand beside an existing Secret, with which the chart renders no authentik.* value; set ${variable} in values.global.env instead`,
      },
    ];
  }
  const dead = Object.keys(DEAD).find((key) => path === key || path.startsWith(`${key}.`));
  if (dead !== undefined)
    return [
      {
        code: "AK022",
        field: place,
        text: `must be a key the chart reads, got one it ignores; ${DEAD[dead] ?? ""}`,
        waivable: true,
      },
    ];
  if (!isKnown(path))
    return [
      {
        code: "AK021",
        field: place,
        text: `must be a key of chart ${chart.version}, got one it does not know and would ignore; look it up in the chart's values`,
        waivable: true,
      },
    ];
  if (lookup(own, path) !== undefined && !Array.isArray(lookup(own, path))) {
    return [
      {
        code: "AK024",
        field: place,
        text: "must not be set twice, got a key the release sets from its own options; change it there",
      },
    ];
  }
  return [];
}

/** Whether the chart has a key: by name, below a free-form one, or as a further HTTP route. */
function isKnown(path: string): boolean {
  const route = path.replace(/^server\.route\.[^.]+/, "server.route.main");
  const parts = route.split(".");
  return parts.some((_, index) => {
    const type = KNOWN[parts.slice(0, index + 1).join(".")]?.type;
    if (index === parts.length - 1) return type !== undefined;
    return type === "dict" || type === "list" || type === "null";
  });
}

/** The dotted paths of all leaves; lists are leaves. */
function paths(values: ChartValues, prefix = ""): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = `${prefix}${key}`;
    return isObject(value) && Object.keys(value).length > 0 ? paths(value, `${path}.`) : [path];
  });
}

function lookup(values: ChartValues, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), values);
}

/** The chart joins both lists without looking; Kubernetes refuses or takes the last of two equal names. */
function duplicateEnv(values: ChartValues, field: string): Refusal[] {
  const names = (path: string): string[] => envOf(values, path).map(({ name }) => name);
  const global = names("global.env");
  return ["server", "worker"].flatMap((component) => {
    const all = [...global, ...names(`${component}.env`)];
    const twice = [...new Set(all.filter((name, index) => all.indexOf(name) < index))];
    return twice.map((name) => ({
      code: "AK023",
      field: `${field}.${component}.env`,
      text: `must give each variable once together with global.env, got ${name} twice; remove one, or use the release's own option`,
    }));
  });
}

function literalSecrets(values: ChartValues, field: string): Refusal[] {
  return ["global", "server", "worker"].flatMap((component) =>
    envOf(values, `${component}.env`)
      .filter(
        ({ name, value }) => value !== undefined && value !== "" && /(PASSWORD|SECRET|TOKEN|_KEY|LICENSE)$/i.test(name),
      )
      .map(({ name }) => ({
        code: "AK004",
        field: `${field}.${component}.env`,
        text: `must take ${name} from a Secret, got a literal (not shown); use valueFrom.secretKeyRef`,
      })),
  );
}

function envOf(values: ChartValues, path: string): { name: string; value?: unknown }[] {
  const list = lookup(values, path);
  return Array.isArray(list)
    ? list.filter((item): item is { name: string } => isObject(item) && typeof item.name === "string")
    : [];
}

/** Two sets of values: objects are merged, lists appended. */
export function mergeValues(base: ChartValues, more: ChartValues): ChartValues {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(more)) {
    const old = merged[key];
    if (Array.isArray(old) && Array.isArray(value)) merged[key] = [...(old as unknown[]), ...(value as unknown[])];
    else merged[key] = isObject(old) && isObject(value) ? mergeValues(old, value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
