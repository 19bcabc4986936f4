import type { Check } from "../finding";
import { problem } from "../finding";
import type { JsonObject } from "../json";
import { asList, isObject, objectAt, parseObject, textAt } from "../json";
import type { Block, Stack } from "../stack";
import { ignores, referencesOf } from "../stack";
import { parseTemplate } from "../template";

export const EMBEDDED = "authentik Embedded Outpost";

/** Fields of the config as a server fills them in; the namespace is the one it runs in, and can be left to it. */
const FIELDS = [
  ...["authentik_host", "authentik_host_browser", "authentik_host_insecure", "log_level", "refresh_interval"],
  ...["object_naming_template", "container_image", "docker_labels", "docker_map_ports", "docker_network"],
  ...["kubernetes_replicas", "kubernetes_service_type", "kubernetes_disabled_components", "kubernetes_json_patches"],
  ...["kubernetes_image_pull_secrets", "kubernetes_ingress_annotations", "kubernetes_ingress_class_name"],
  ...["kubernetes_ingress_path_type", "kubernetes_ingress_secret_name", "kubernetes_httproute_annotations"],
  ...["kubernetes_httproute_parent_refs", "kubernetes_disable_x509_strict"],
];

/** The config is stored as it is given; without a host the outpost cannot call home. */
export const outpostConfig: Check = function* (block) {
  const config = configOf(block);
  if (config === "computed" || (config === undefined && ignores(block, "config"))) return;
  if (!config?.["authentik_host"]) {
    yield problem(
      "outpost-config",
      "config must be stated with authentik_host; without it the outpost cannot call home",
    );
    return;
  }
  const missing = FIELDS.filter((name) => !(name in config));
  if (missing.length > 0) {
    yield problem(
      "outpost-config",
      `config lacks ${missing.join(", ")}, which go to the server's defaults; state them`,
    );
  }
};

/** What the config says; `computed` when an expression makes it. */
function configOf({ body }: Block): JsonObject | "computed" | undefined {
  const config = textAt(body, "config");
  if (config === undefined) return undefined;
  const template = parseTemplate(config);
  return template.whole && config.includes("authentik_host") ? "computed" : parseObject(template.text);
}

/** Components by the reconcilers' names, and what those do for the embedded outpost and for LDAP. */
const COMPONENTS: Readonly<Record<string, { readonly embedded: boolean; readonly ldap: boolean }>> = {
  deployment: { embedded: false, ldap: true },
  service: { embedded: true, ldap: true },
  "service-metrics": { embedded: false, ldap: true },
  secret: { embedded: false, ldap: true },
  ingress: { embedded: true, ldap: false },
  httproute: { embedded: true, ldap: false },
  "traefik middleware": { embedded: true, ldap: false },
  "prometheus servicemonitor": { embedded: false, ldap: true },
};

/** A patch is applied to the object that is to be written and to the one that is there: both have to end the same. */
export const outpostPatches: Check = function* (block) {
  const kind = block.body["name"] === EMBEDDED ? "embedded" : "ldap";
  const isKind = kind === "embedded" || block.body["type"] === "ldap";
  for (const [component, operations] of patchesOf(block)) {
    const known = COMPONENTS[component];
    const place = `config.kubernetes_json_patches["${component}"]`;
    if (!known) yield problem("outpost-patch", `${place} names no component of an outpost, and is ignored; correct it`);
    else if (isKind && !known[kind])
      yield problem("outpost-patch", `${place} does nothing for this outpost, which has none; remove it`);
    for (const [index, { op, path }] of operations.entries()) {
      const grows = op === "add" && typeof path === "string" && /\/(?:-|\d+)$/.test(path);
      if ((op === "add" || op === "replace") && !grows) continue;
      const text = `${place}[${index}] ends differently each time it is applied; add or replace a whole member`;
      yield problem("outpost-patch", text);
    }
  }
};

function patchesOf(block: Block): readonly (readonly [string, readonly JsonObject[]])[] {
  const config = configOf(block);
  if (config === undefined || config === "computed") return [];
  return Object.entries(objectAt(config, "kubernetes_json_patches")).map(
    ([component, operations]) => [component, asList(operations).filter(isObject)] as const,
  );
}

/** The names in the selector that the server writes by itself into the embedded outpost's Service. */
const SELECTOR = ["app.kubernetes.io/component", "app.kubernetes.io/name"];

/**
 * The Service of the embedded outpost chooses pods that are there: made in this stack, ready before, gone after. The
 * server merges selectors, so that a name which only one of two has stays in the other.
 */
export const outpostSelector: Check = function* (block, stack) {
  if (block.body["name"] !== EMBEDDED) return;
  const patch = patchesOf(block)
    .filter(([component]) => component === "service")
    .flatMap(([, operations]) => operations)
    .find(({ path }) => path === "/spec/selector");
  if (!patch) return;
  const selector = objectAt(patch, "value");
  if (Object.keys(selector).sort().join() !== SELECTOR.join()) {
    const text = `the Service's selector must have the names ${SELECTOR.join(" and ")}; others are merged in and stay`;
    yield problem("outpost-selector", text);
  }
  const pods = stack.resources("kubernetes_deployment_v1").find(({ body }) => {
    const labels = objectAt(objectAt(objectAt(objectAt(body, "spec"), "template"), "metadata"), "labels");
    return Object.entries(selector).every(([name, value]) => labels[name] === value);
  });
  if (!pods) {
    yield problem("outpost-selector", "the Service's selector chooses no pods of this stack; make them or leave it");
    return;
  }
  const waits = referencesOf(block, "depends_on").some(({ address }) => address === pods.address);
  const isReady = waits && pods.body["wait_for_rollout"] !== false;
  const goesLast = objectAt(pods.body, "lifecycle")["create_before_destroy"] === true;
  if (!isReady) yield problem("outpost-selector", `chooses pods of ${pods.address} before they are ready; wait for it`);
  if (!goesLast) {
    const text = `chooses pods of ${pods.address}, which would go first; state create_before_destroy there`;
    yield problem("outpost-selector", text);
  }
};

/** Only the embedded outpost may be without providers, and a type serves its own kind alone. */
export const outpostProviders: Check = function* (block, stack) {
  const { name, protocol_providers: providers } = block.body;
  const type = textAt(block.body, "type") ?? "proxy";
  if (asList(providers).length === 0 && name !== EMBEDDED) {
    yield problem(
      "outpost-providers",
      "protocol_providers must not be empty; only the embedded outpost can wait for its first",
    );
  }
  const attached = stack.resources("authentik_outpost_provider_attachment").filter((attachment) => {
    return stack.referenced(attachment, "outpost") === block;
  });
  const listed = referencesOf(block, "protocol_providers");
  for (const { address } of [...listed, ...attached.flatMap((other) => referencesOf(other, "protocol_provider"))]) {
    const provider = stack.find(address);
    if (!provider || provider.type === `authentik_provider_${type}`) continue;
    yield problem("outpost-providers", `is given ${address}, which an outpost of type ${type} refuses`);
  }
};

/** The embedded outpost is the server's own: it is adopted, never created or deleted. */
export const embeddedOutpost: Check = function* ({ address, body }, stack) {
  if (body["name"] !== EMBEDDED || stack.imported.has(address)) return;
  yield problem("adopted", "the embedded outpost is on every server already; import it");
};

/** Each attachment reads the provider list, adds one and writes it all: two at a time lose one. */
export const attachments: Check = function* (block, stack) {
  const [outpost] = referencesOf(block, "outpost");
  if (!outpost) return;
  const isParallel = stack.resources(block.type).some((other) => {
    if (other === block || referencesOf(other, "outpost")[0]?.address !== outpost.address) return false;
    return !reaches(block, other.address, stack) && !reaches(other, block.address, stack);
  });
  if (isParallel) {
    const text = `races with the other attachments to ${outpost.address}; chain them with depends_on or list the providers there`;
    yield problem("outpost-attachment", text);
  }
  const owner = stack.find(outpost.address);
  if (owner?.mode === "resource" && !ignores(owner, "protocol_providers")) {
    const text = `${outpost.address} lists its providers itself; drop the attachment or ignore protocol_providers there`;
    yield problem("outpost-attachment", text);
  }
};

/** Whether a block waits for another, following `depends_on` alone. */
function reaches(from: Block, address: string, stack: Stack): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let block = open.pop(); block; block = open.pop()) {
    for (const reference of referencesOf(block, "depends_on")) {
      if (reference.address === address) return true;
      const next = stack.find(reference.address);
      if (!next || seen.has(next.address)) continue;
      seen.add(next.address);
      open.push(next);
    }
  }
  return false;
}
