import { lifetime } from "./sign-in";
import type { Lifetime } from "./sign-in";
import { isRecord, list, nameOf, optionalText, text } from "./stack";
import type { Block, Stack } from "./stack";
import type { App, Binding, BindingTarget, HostRule, Provider, RedirectUri, VaultPath } from "./world";

/** Every application of a stack. */
export function readApps(stack: Stack): App[] {
  const bindings = bindingsByTarget(stack);
  const outposts = outpostsByProvider(stack);
  const written = stack.all("vault_kv_secret_v2");
  return stack.all("authentik_application").map((block) => {
    const { slug, name, group, meta_launch_url, policy_engine_mode, protocol_provider } = block.arguments;
    const provider = stack.find(protocol_provider);
    return {
      address: block.address,
      slug: text(slug),
      name: text(name) || text(slug),
      section: optionalText(group),
      launchUrl: optionalText(meta_launch_url),
      match: policy_engine_mode === "all" ? "all" : "any",
      bindings: [...(bindings.get(block.id) ?? [])].sort((a, b) => a.order - b.order),
      provider: provider && readProvider(provider),
      host: provider && hostRule(provider, outposts.get(provider.address) ?? []),
      vault: vaultPaths(block, provider, written),
    };
  });
}

/** Bindings of applications, by the id of the application's block. */
function bindingsByTarget(stack: Stack): ReadonlyMap<string, Binding[]> {
  const found = new Map<string, Binding[]>();
  for (const block of stack.all("authentik_policy_binding")) {
    const target = stack.find(block.arguments.target);
    if (target?.type !== "authentik_application") continue;
    const { enabled, negate, order } = block.arguments;
    const binding = {
      to: bindingTarget(block),
      enabled: enabled !== false,
      negated: negate === true,
      order: Number(order ?? 0),
    };
    found.set(target.id, [...(found.get(target.id) ?? []), binding]);
  }
  return found;
}

function bindingTarget({ stack, arguments: { policy, group, user } }: Block): BindingTarget {
  if (policy !== undefined && policy !== null) {
    const found = stack.find(policy);
    if (found !== undefined) return { kind: "policy", name: text(found.arguments.name) };
    return { kind: "unknown", name: `policy ${text(policy)}` };
  }
  if (group !== undefined && group !== null) {
    if (stack.find(group) === undefined) return { kind: "unknown", name: `group ${text(group)}` };
    return { kind: "group", name: nameOf(stack, group) };
  }
  const found = stack.find(user);
  if (found === undefined) return { kind: "unknown", name: `account ${text(user)}` };
  return { kind: "person", name: text(found.arguments.username) };
}

/** Names of the outposts that serve a provider, by the provider's address. */
function outpostsByProvider(stack: Stack): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (provider: unknown, outpost: string): void => {
    const address = stack.find(provider)?.address;
    if (address === undefined) return;
    const before = found.get(address) ?? [];
    if (!before.includes(outpost)) found.set(address, [...before, outpost]);
  };
  for (const { arguments: given } of stack.all("authentik_outpost")) {
    for (const provider of list(given.protocol_providers)) add(provider, text(given.name));
  }
  for (const { arguments: given } of stack.all("authentik_outpost_provider_attachment")) {
    add(given.protocol_provider, text(stack.find(given.outpost)?.arguments.name) || text(given.outpost));
  }
  return found;
}

function readProvider({ type, arguments: given }: Block): Provider {
  const kind = type.replace("authentik_provider_", "");
  return {
    kind,
    name: text(given.name),
    clientType: optionalText(given.client_type),
    redirectUris: list(given.allowed_redirect_uris).filter(isRecord).map(redirectUri),
    lifetimes: lifetimes(kind, given),
    openPaths: openPaths(given.skip_path_regex),
  };
}

function redirectUri({ url, matching_mode, redirect_uri_type }: Readonly<Record<string, unknown>>): RedirectUri {
  return {
    url: text(url),
    matching: text(matching_mode) || "strict",
    type: text(redirect_uri_type) || "authorization",
  };
}

function lifetimes(kind: string, given: Block["arguments"]): Lifetime[] {
  const of = (field: string, what: string, fallback: string): Lifetime => lifetime(what, given[field] ?? fallback);
  if (kind === "proxy") return [of("access_token_validity", "sign-in of the proxy", "minutes=10")];
  if (kind !== "oauth2") return [];
  return [
    of("access_code_validity", "authorization code", "minutes=1"),
    of("access_token_validity", "access token", "minutes=10"),
    of("refresh_token_validity", "refresh token", "days=30"),
  ];
}

/** An expression that matches nothing is how the provider is told that every path is closed: it cannot send none. */
function openPaths(regex: unknown): string | undefined {
  const paths = text(regex);
  return paths === "" || /[^\\]\^$/.test(paths) ? undefined : paths;
}

function hostRule({ type, arguments: given }: Block, outposts: readonly string[]): HostRule | undefined {
  if (type !== "authentik_provider_proxy") return undefined;
  const isDomain = given.mode === "forward_domain";
  const host = isDomain ? text(given.cookie_domain).replace(/^\./, "") : hostOf(text(given.external_host));
  return { host: host.toLowerCase(), isDomain, outposts };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url;
}

/** Places in Vault that an app is given its secret from, or that its credentials are written to. */
function vaultPaths(app: Block, provider: Block | undefined, written: readonly Block[]): VaultPath[] {
  const read = provider?.stack.find(provider.arguments.client_secret);
  return [
    ...(read?.type === "vault_kv_secret_v2" ? [vaultPath(read, "read")] : []),
    ...written.filter(({ id }) => id.startsWith(`${app.id}_`)).map((block) => vaultPath(block, "written")),
  ];
}

function vaultPath({ arguments: { mount, name } }: Block, use: VaultPath["use"]): VaultPath {
  return { mount: text(mount), path: text(name), use };
}
