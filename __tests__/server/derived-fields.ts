import type { Collection } from "./collections";
import { schemaNamed } from "./document";
import { sha256, uuid } from "./ids";
import { groupsOf, isSuperuser, membersOf } from "./membership";
import type { Stored } from "./store";
import type { World } from "./world";

/** Computes a field that clients only read. */
export type Derive = (record: Stored, world: World, collection: Collection) => unknown;

const pks = (records: readonly Stored[]): unknown[] => records.map(({ pk }) => pk);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

function words(model: string): string {
  return model.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
}

const MODEL_NAMES = (schemaNamed("ModelEnum").enum ?? []).map(String);

function modelName(_record: Stored, _world: World, { model }: Collection): string {
  return MODEL_NAMES.find((name) => name.endsWith(`.${model.toLowerCase()}`)) ?? model.toLowerCase();
}

const COMPONENTS: readonly (readonly [RegExp, string])[] = [
  [/^outposts\/service_connections\//, "service-connection-"],
  [/^policies\//, "policy-"],
  [/^propertymappings\//, "property-mapping-"],
  [/^providers\//, "provider-"],
  [/^sources\//, "source-"],
  [/^stages\//, "stage-"],
];

function component(_record: Stored, _world: World, { path }: Collection): string {
  for (const [prefix, name] of COMPONENTS) {
    if (prefix.test(path)) return `ak-${name}${path.replace(prefix, "").replaceAll(/[/_]/g, "-")}-form`;
  }
  return "";
}

function assigned(field: "backchannel_providers" | "provider", name: "name" | "slug"): Derive {
  return ({ pk }, { store }) => store.having("core/applications", field, pk)[0]?.[name] ?? null;
}

function url(field: string): Derive {
  return (record) => {
    const path = text(record[field]);
    return path === "" || /^\w+:/.test(path) || path.startsWith("/") ? path || null : `/files/media/public/${path}`;
  };
}

/** Read-only fields that mean the same on every model that has them. */
const EVERYWHERE: Readonly<Record<string, Derive>> = {
  assigned_application_name: assigned("provider", "name"),
  assigned_application_slug: assigned("provider", "slug"),
  assigned_backchannel_application_name: assigned("backchannel_providers", "name"),
  assigned_backchannel_application_slug: assigned("backchannel_providers", "slug"),
  bound_to: ({ pk }, { store }) => store.having("policies/bindings", "policy", pk).length,
  component,
  flow_set: ({ pk }, { store }) => store.having("flows/bindings", "stage", pk).map(({ target }) => target),
  icon_url: url("icon"),
  meta_model_name: modelName,
  outpost_set: ({ pk }, { store }) => store.having("outposts/instances", "providers", pk).map(({ name }) => name),
  pbm_uuid: ({ pk }) => pk,
  policybindingmodel_ptr_id: ({ pk }) => uuid(`policy-binding-model/${pk}`),
  verbose_name: (_record, _world, { model }) => words(model),
  verbose_name_plural: (_record, _world, { model }) => `${words(model)}s`,
};

const certificate =
  (field: string): Derive =>
  ({ pk }, { url: host }) =>
    `${host}/api/v3/crypto/certificatekeypairs/${pk}/${field}/?download`;
const fingerprint =
  (length: number): Derive =>
  (record) =>
    sha256(text(record["certificate_data"])).slice(0, length).match(/../g)?.join(":") ?? null;

const MODELS: Readonly<Record<string, Readonly<Record<string, Derive>>>> = {
  Application: {
    launch_url: (record) => text(record["meta_launch_url"]) || null,
    meta_icon_url: url("meta_icon"),
  },
  CertificateKeyPair: {
    certificate_download_url: certificate("view_certificate"),
    cert_expiry: () => "2036-01-01T00:00:00Z",
    cert_subject: (record) => `CN=${text(record["name"])}`,
    fingerprint_sha1: fingerprint(40),
    fingerprint_sha256: fingerprint(64),
    key_type: () => "rsa",
    private_key_available: (record) => text(record["key_data"]) !== "",
    private_key_download_url: certificate("view_private_key"),
  },
  Flow: {
    background_url: (record) => text(record["background"]) || "/static/dist/assets/images/flow_background.jpg",
    export_url: (record) => `/api/v3/flows/instances/${text(record["slug"])}/export/`,
    policies: ({ pk }, { store }) => pks(store.having("policies/bindings", "target", pk)),
    stages: ({ pk }, { store }) => store.having("flows/bindings", "target", pk).map((binding) => binding["stage"]),
  },
  Group: {
    children: ({ pk }, { store }) => pks(store.having("core/groups", "parents", pk)),
    num_pk: ({ pk }) => parseInt(sha256(String(pk)).slice(0, 7), 16),
    users: (record, world) => pks(membersOf(world, record)),
  },
  OAuthSource: {
    callback_url: (record, { url: host }) => `${host}/source/oauth/callback/${text(record["slug"])}/`,
    type: (record) => ({
      access_token_url: null,
      authorization_url: null,
      name: record["provider_type"],
      oidc_jwks_url: null,
      oidc_well_known_url: null,
      profile_url: null,
      request_token_url: null,
      urls_customizable: true,
      verbose_name: record["provider_type"],
    }),
  },
  Outpost: {
    refresh_interval_s: () => 300,
    token_identifier: ({ pk }) => `ak-outpost-${pk}-api`,
  },
  Prompt: {
    prompt_stages_obj: ({ pk }, { store }) => pks(store.having("stages/prompt/stages", "fields", pk)),
  },
  ProxyProvider: {
    redirect_uris: (record) => {
      const host = text(record["external_host"]).replace(/\/$/, "").replaceAll(".", "\\.");
      const paths = [
        "/outpost\\.goauthentik\\.io/callback\\?X-authentik-auth-callback=true",
        "\\?X-authentik-auth-callback=true",
      ];
      return paths.map((path) => ({
        matching_mode: "regex",
        url: `${host}${path}`,
        redirect_uri_type: "authorization",
      }));
    },
  },
  User: {
    avatar: () => "/static/dist/assets/images/user_default.png",
    date_joined: (record) => record["created"],
    is_superuser: (record, world) => isSuperuser(world, record),
    password_change_date: (record) => record["created"],
    uid: ({ pk }) => sha256(`user/${pk}`),
    uuid: ({ pk }) => uuid(`user/${pk}`),
  },
  UserSelf: {
    avatar: () => "/static/dist/assets/images/user_default.png",
    groups: (record, world) => groupsOf(world, record).map(({ pk, name }) => ({ pk, name })),
    is_superuser: (record, world) => isSuperuser(world, record),
    roles: () => [],
    settings: () => ({}),
    system_permissions: () => [],
    uid: ({ pk }) => sha256(`user/${pk}`),
  },
};

/** How a schema that shows a part of an object computes a field, whatever is stored under the same name. */
export function partDerivation(as: string, collection: Collection, field: string): Derive | undefined {
  return as === collection.model ? undefined : MODELS[as]?.[field];
}

/** How a read-only field of an object is computed, if it is. */
export function derivation(collection: Collection, field: string): Derive | undefined {
  const own = MODELS[collection.model]?.[field];
  if (own !== undefined) return own;
  return field in EVERYWHERE ? EVERYWHERE[field] : undefined;
}
