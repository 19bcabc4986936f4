import { lookups } from "../oracle/fixtures/lookups";
import type { AuthentikServer } from "./authentik";
import { startAuthentik } from "./authentik";
import { listed } from "./call";

let server: AuthentikServer;

beforeAll(async () => {
  server = await startAuthentik({ withDefaults: true });
});

afterAll(() => server.stop());

const PATHS = {
  authentik_flow: "flows/instances",
  authentik_stage: "stages/all",
  authentik_certificate_key_pair: "crypto/certificatekeypairs",
  authentik_group: "core/groups",
  authentik_outpost: "outposts/instances",
  authentik_service_connection_kubernetes: "outposts/service_connections/kubernetes",
  authentik_property_mapping_provider_scope: "propertymappings/provider/scope",
} as const;

const FILTERS = ["slug", "name", "managed"];

const wanted = Object.entries(PATHS).flatMap(([type, path]) =>
  Object.values<Record<string, unknown>>(lookups[type as keyof typeof PATHS]).flatMap((arguments_) =>
    FILTERS.flatMap((filter) => (filter in arguments_ ? [[path, filter, String(arguments_[filter])] as const] : [])),
  ),
);

test.each([
  ...wanted,
  ["flows/instances", "slug", "default-provider-authorization-explicit-consent"] as const,
  ["stages/all", "name", "default-authenticator-static-setup"] as const,
  ["stages/all", "name", "default-authenticator-webauthn-setup"] as const,
  ["core/brands", "domain", "authentik-default"] as const,
])("a fresh authentik has %s of %s %s, once", async (path, filter, value) => {
  const name = filter === "name" && path === "outposts/instances" ? "name__iexact" : filter;
  const found = await listed(server, `${path}/?${new URLSearchParams({ [name]: value }).toString()}`);
  expect(found.map((object) => object[filter])).toEqual([value]);
});
