import chart from "../schema/authentik-chart-2026.5.6.values.json";
import type { Refusal } from "./refusal";

export type ChartValues = Readonly<Record<string, unknown>>;

const KNOWN = new Map<string, string>(Object.entries(chart.values).map(([path, { type }]) => [path, type]));

/** Keys the chart has, documents or once had, and never reads. */
const DEAD = new Map([
  ["global.namespaceOverride", "the chart reads namespaceOverride, which the Helm release's namespace replaces"],
  ["server.strategy", "the key is server.deploymentStrategy"],
  ["worker.strategy", "the key is worker.deploymentStrategy"],
  ["server.extraEnv", "the key is server.env"],
  ["worker.extraEnv", "the key is worker.env"],
  ["redis", "authentik needs no Redis any more"],
  ["extraManifests", "the key is additionalObjects"],
  ["extraObjects", "the key is additionalObjects"],
]);

/** Names and ports that other objects here are made for. */
const HANGING = [
  "nameOverride",
  "fullnameOverride",
  "global.nameOverride",
  "global.fullnameOverride",
  "server.name",
  "server.containerPorts.http",
  "server.containerPorts.https",
  "server.service.servicePortHttp",
  "server.service.servicePortHttps",
];

/** Values for which the release has an option of its own that does more. */
const OPTIONS = new Map([
  ["additionalObjects", "additionalObjects, whose braces are no templates"],
  ...["global", "server", "worker"].flatMap((part): [string, string][] => [
    ...["repository", "tag", "digest"].map((field): [string, string] => [`${part}.image.${field}`, `image.${field}`]),
    [`${part}.imagePullSecrets`, "image.pullSecrets"],
  ]),
]);

/** A leaf of the values: the keys that lead to it, and its value. */
interface Leaf {
  readonly keys: readonly string[];
  readonly value: unknown;
}

/**
 * What in further chart values would not reach the pods, or would undo what the release sets itself.
 * @param own The values the release sets itself.
 */
export function checkValues(values: ChartValues, own: ChartValues, field = "values"): Refusal[] {
  const merged = mergeValues(own, values);
  return [
    ...leaves(values).flatMap((leaf) => checkLeaf(leaf, own, field)),
    ...malformedEnv(values, field),
    ...duplicateEnv(merged, field),
    ...checkLiterals(values, field),
    ...checkGeoip(values, field),
  ];
}

function checkLeaf({ keys, value }: Leaf, own: ChartValues, field: string): Refusal[] {
  const path = keys.join(".");
  const place = `${field}.${path}`;
  if (keys[0] === "authentik") return [{ code: "AK020", field: place, text: besideSecret(path) }];
  const pinned = keys.some((key) => key.includes(".")) ? undefined : checkPinned(path);
  if (pinned !== undefined) return [{ ...pinned, field: place }];
  const dead = [...DEAD.keys()].find((key) => path === key || path.startsWith(`${key}.`));
  if (dead !== undefined) {
    return [
      {
        code: "AK022",
        field: place,
        text: `must be a key the chart reads, got one it ignores; ${DEAD.get(dead) ?? ""}`,
        waivable: true,
      },
    ];
  }
  const type = typeAt(keys);
  if (type === undefined) {
    return [
      {
        code: "AK021",
        field: place,
        text: `must be a key of chart ${chart.version}, got one it does not know and would ignore; look it up in the chart's values`,
        waivable: true,
      },
    ];
  }
  const wanted = WANTED.get(type);
  if (wanted !== undefined && !wanted.fits(value)) {
    return [
      { code: "AK026", field: place, text: `must be ${wanted.name}, as in the chart, got another type; mend it` },
    ];
  }
  const set = lookup(own, keys);
  if (set === undefined || (Array.isArray(set) && Array.isArray(value))) return [];
  return [
    {
      code: "AK024",
      field: place,
      text: "must not be set twice, got a key the release sets from its own options; change it there",
    },
  ];
}

/** Values that are refused whatever they say. */
function checkPinned(path: string): Omit<Refusal, "field"> | undefined {
  if (HANGING.includes(path)) {
    const text =
      "must be as in the chart, got another; outposts and ingresses find authentik by it, so choose the release's name instead";
    return { code: "AK045", text };
  }
  const option = [...OPTIONS.keys()].find((key) => path === key || path.startsWith(`${key}.`));
  if (option === undefined) return undefined;
  return {
    code: "AK024",
    text: `must not be a chart value, got one; the release has an option for it, ${OPTIONS.get(option) ?? ""}`,
  };
}

function besideSecret(path: string): string {
  const rule = "must not stand beside an existing Secret, with which the chart renders no authentik.* value";
  if (path.startsWith("authentik.existingSecret")) return `${rule}; the release names the Secret itself`;
  if (path.startsWith("authentik.web.path"))
    return `${rule}; a path would have to reach pods and probes alike, so give authentik a host of its own`;
  const variable = path.toUpperCase().replaceAll(".", "__").replace("AUTHENTIK__", "AUTHENTIK_");
  if (SECRET_NAME.test(variable)) return `${rule}; put ${variable} into that Secret`;
  return `${rule}; set ${variable} in values.global.env instead`;
}

/** How a value of each of the chart's types has to look; what is unset may be anything. */
const WANTED = new Map([
  ["list", { name: "a list", fits: Array.isArray }],
  ["dict", { name: "an object", fits: isObject }],
  ["bool", { name: "true or false", fits: (value: unknown): boolean => typeof value === "boolean" }],
  ["str", { name: "a text", fits: (value: unknown): boolean => !isObject(value) && !Array.isArray(value) }],
  ["int", { name: "a number", fits: (value: unknown): boolean => typeof value === "number" }],
]);

/** The chart's type of a key; below a free-form one anything goes, and so it does in the PostgreSQL subchart. */
function typeAt(keys: readonly string[]): string | undefined {
  const route =
    keys[0] === "server" && keys[1] === "route" && keys.length > 2
      ? ["server", "route", "main", ...keys.slice(3)]
      : keys;
  const known = KNOWN.get(route.join("."));
  if (known !== undefined && !route.some((key) => key.includes("."))) return known;
  if (keys[0] === "postgresql") return "any";
  const above = route.some((_, index) => /^(dict|list|null)$/.test(KNOWN.get(route.slice(0, index).join(".")) ?? ""));
  return above ? "any" : undefined;
}

/** All leaves of the values; lists and empty objects are leaves. */
function leaves(values: ChartValues, above: readonly string[] = []): Leaf[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const keys = [...above, key];
    if (
      isObject(value) &&
      Object.keys(value).length > 0 &&
      !/^(list|bool|int|str)$/.test(KNOWN.get(keys.join(".")) ?? "")
    ) {
      return leaves(value, keys);
    }
    return [{ keys, value }];
  });
}

function lookup(values: ChartValues, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    values,
  );
}

function malformedEnv(values: ChartValues, field: string): Refusal[] {
  return COMPONENTS.flatMap((component) => {
    const list = lookup(values, [component, "env"]);
    const items: readonly unknown[] = Array.isArray(list) ? list : [];
    return items.flatMap((item, index) =>
      isObject(item) && typeof item.name === "string" && (typeof item.value === "string" || isObject(item.valueFrom))
        ? []
        : [
            {
              code: "AK026",
              field: `${field}.${component}.env[${index}]`,
              text: "must be { name, value } or { name, valueFrom } with a text as value, got something else; put numbers in quotes",
            },
          ],
    );
  });
}

const COMPONENTS = ["global", "server", "worker"];

/** The chart joins both lists without looking; Kubernetes refuses or takes the last of two equal names. */
function duplicateEnv(values: ChartValues, field: string): Refusal[] {
  const names = (component: string): unknown[] => {
    const list = lookup(values, [component, "env"]);
    return Array.isArray(list) ? list.filter(isObject).map(({ name }) => name) : [];
  };
  return ["server", "worker"].flatMap((component) => {
    const all = [...names("global"), ...names(component)];
    const twice = [...new Set(all.filter((name, index) => all.indexOf(name) < index))];
    return twice.map((name) => ({
      code: "AK023",
      field: `${field}.${component}.env`,
      text: `must give each variable once together with global.env, got ${String(name)} twice; remove one, or use the release's own option`,
    }));
  });
}

const SECRET_NAME =
  /(PASS|PASSWORD|PASSWD|PASSWORD_HASH|SECRET|SECRET_?KEY|TOKEN|LICENSE_?KEY|API_?KEY|PRIVATE_?KEY|CONN_?STR)$/i;

/** Secrets typed in anywhere: variables and keys named like one, and the contents of Secret objects. */
export function checkLiterals(value: unknown, field: string, keys: readonly string[] = []): Refusal[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => checkLiterals(item, field, [...keys, String(index)]));
  if (!isObject(value)) return [];
  const literal = (name: string): Refusal => ({
    code: "AK004",
    field: [field, ...keys].join(".").replace(/\.(\d+)(?=\.|$)/g, "[$1]"),
    text: `must take ${name} from a Secret, got a literal (not shown); use valueFrom.secretKeyRef or name an existing Secret`,
  });
  if (value.kind === "Secret") return [literal("what a Secret object holds")];
  // Its values are encrypted for one cluster.
  if (value.kind === "SealedSecret") return [];
  const { name, value: text } = value;
  if (typeof name === "string" && SECRET_NAME.test(name) && isSecretText(text)) return [literal(name)];
  return Object.entries(value).flatMap(([key, inner]) =>
    SECRET_NAME.test(key) && isSecretText(inner) && !namesSecret(key, keys, value)
      ? [literal(key)]
      : checkLiterals(inner, field, [...keys, key]),
  );
}

/** Whether a key says where a secret is: in an existing Secret, or in an ExternalSecret's store. */
function namesSecret(key: string, above: readonly string[], beside: Readonly<Record<string, unknown>>): boolean {
  // Traefik's middlewares for passwords name the Secret of the users.
  const names = key === "secret" && /^(basic|digest)Auth$/.test(above.at(-1) ?? "");
  return names || /^existing/i.test(key) || above.includes("existingSecret") || "remoteRef" in beside;
}

/** A text that could be a secret: authentik reads `file://` and `env://` values from elsewhere, as templates do. */
function isSecretText(value: unknown): boolean {
  return typeof value === "string" && value !== "" && !/^((file|env):\/\/|\{\{[^{}]*\}\}$)/.test(value);
}

/** Beside an existing Secret the chart renders none for the GeoIP updater, which then never starts. */
function checkGeoip(values: ChartValues, field: string): Refusal[] {
  const secret = lookup(values, ["geoip", "existingSecret", "secretName"]);
  if (lookup(values, ["geoip", "enabled"]) !== true || (typeof secret === "string" && secret !== "")) return [];
  return [
    {
      code: "AK027",
      field: `${field}.geoip.existingSecret.secretName`,
      text: "must be given with geoip.enabled, got nothing; name a Secret with account_id and license_key",
    },
  ];
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
