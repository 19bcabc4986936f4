import type { Answer } from "./answer";
import { notFound, ok } from "./answer";
import { collectionAt } from "./collections";
import { paginated } from "./listing";
import { Rendering } from "./rendering";
import type { Request } from "./request";
import type { Stored, Values } from "./store";
import type { World } from "./world";

/** A sign-in at an app behind an outpost, kept with the provider as `access_tokens`, the newest last. */
interface SignIn {
  readonly pk: number;
  readonly provider: Stored;
  /** Seconds since 1970. */
  readonly issued: number;
  readonly expires: string;
}

/** The access tokens of proxy providers. */
export function signIns({ query }: Request, world: World): Answer {
  const provider = query.get("provider");
  const providers = world.store.all("providers/proxy").filter(({ pk }) => provider === null || String(pk) === provider);
  const all = providers.flatMap((one) =>
    ((one["access_tokens"] ?? []) as Omit<SignIn, "provider">[]).map((token): SignIn => ({ ...token, provider: one })),
  );
  if (query.get("ordering") === "-pk") all.sort((a, b) => b.pk - a.pk);
  const rendering = new Rendering(world);
  const [user] = world.store.all("core/users");
  return paginated(all, query, world, ({ expires, issued, pk, provider: own }) => ({
    pk,
    provider: rendering.show(collectionAt("providers/proxy"), own, { as: "Provider" }),
    user: user && rendering.show(collectionAt("core/users"), user),
    is_expired: false,
    expires,
    scope: ["openid"],
    id_token: JSON.stringify({ iss: world.url, iat: issued }),
    revoked: false,
  }));
}

/** What a flow shows to somebody who opens it. */
export function firstChallenge(slug: string, { store }: World): Values {
  const [flow] = store.having("flows/instances", "slug", slug);
  if (flow === undefined) throw notFound();
  const [first] = store
    .having("flows/bindings", "target", flow.pk)
    .sort((a, b) => Number(a["order"]) - Number(b["order"]));
  const kind = store.collections.find(
    ({ path }) => path.startsWith("stages/") && store.get([path], first?.["stage"]) !== undefined,
  );
  const isClosed = kind === undefined || flow["authentication"] === "require_authenticated";
  const name = kind?.path.replace(/^stages\/(.+?)(\/stages)?$/, "$1").replaceAll(/[/_]/g, "-") ?? "";
  return {
    component: isClosed ? "ak-stage-access-denied" : `ak-stage-${name}`,
    flow_info: { title: flow["title"], cancel_url: "/flows/-/cancel/", layout: flow["layout"] },
  };
}

/** What is public and no API: keys and issuer of an app, and the page of a flow. */
export function publicPage(path: string, world: World): Answer | undefined {
  const [, flow] = /^\/if\/flow\/([^/]+)\/$/.exec(path) ?? [];
  if (flow !== undefined && world.store.having("flows/instances", "slug", flow).length > 0) {
    return { status: 200, body: "<!doctype html><title>authentik</title>", headers: { "content-type": "text/html" } };
  }
  const [, slug, what] = /^\/application\/o\/([^/]+)\/(jwks|\.well-known\/openid-configuration)\/?$/.exec(path) ?? [];
  const [application] = slug === undefined ? [] : world.store.having("core/applications", "slug", slug);
  const provider = world.store.get(["providers/oauth2"], application?.["provider"]);
  if (provider === undefined) return undefined;
  return ok(what === "jwks" ? keysOf(provider) : { issuer: issuerOf(String(slug), provider, world) });
}

function keysOf({ signing_key: key }: Stored): Values {
  return key == null ? {} : { keys: [{ kty: "RSA", alg: "RS256", use: "sig", kid: key, n: "c3RhbmQtaW4", e: "AQAB" }] };
}

function issuerOf(slug: string, { issuer_mode: mode }: Stored, { url }: World): string {
  return mode === "global" ? `${url}/` : `${url}/application/o/${slug}/`;
}
