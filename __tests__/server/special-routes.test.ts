import type { AuthentikServer } from "./authentik";
import { startAuthentik } from "./authentik";
import { call } from "./call";
import { operation } from "./collections";
import { mismatches } from "./conformance";
import type { Values } from "./store";

let server: AuthentikServer;

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true });
});

afterEach(() => server.stop());

/** A fresh server has none of them, though the document says that they are there. */
const FLAGS = {
  core_default_app_access: true,
  enterprise_audit_include_expanded_diff: false,
  flows_continuous_login: true,
  flows_refresh_others: false,
};

test.each(["admin/settings", "admin/version", "core/users/me", "outposts/instances/default_settings", "root/config"])(
  "%s is what the document says",
  async (path) => {
    await call(server, "PATCH admin/settings/", { flags: FLAGS });
    const { body, status } = await call(server, `GET ${path}/`);
    expect(status).toBe(200);
    expect([...mismatches(operation(`/${path}/`, "get")?.response ?? {}, body)]).toEqual([]);
  },
);

test("the version is the document's, or another", async () => {
  expect((await call(server, "GET admin/version/")).body).toMatchObject({ version_current: "2026.5.0" });
  server.version = "2026.5.6";
  expect((await call(server, "GET admin/version/")).body).toMatchObject({ version_current: "2026.5.6" });
});

test("settings are changed, and pages follow them", async () => {
  const changed = await call(server, "PATCH admin/settings/", { avatars: "initials", pagination_default_page_size: 3 });
  expect(changed.body).toMatchObject({ avatars: "initials", impersonation: true });
  expect((await call(server, "GET flows/instances/")).body).toMatchObject({ pagination: { end_index: 3 } });
  expect((await call(server, "PUT admin/settings/", {})).body).toEqual({ flags: ["This field is required."] });
});

test("a recovery link needs a flow of the default brand that is for people who are not signed in", async () => {
  const link = (): Promise<unknown> => call(server, "POST core/users/1/recovery/", {});
  expect(await link()).toMatchObject({ status: 400, body: { non_field_errors: "No recovery flow set." } });
  const [brand] = server.objects("core/brands");
  const flows = server.objects("flows/instances");
  const setRecovery = (slug: string): Promise<unknown> =>
    call(server, `PATCH core/brands/${String(brand?.["brand_uuid"])}/`, {
      flow_recovery: flows.find((flow) => flow["slug"] === slug)?.["pk"],
    });
  await setRecovery("default-password-change");
  expect(await link()).toMatchObject({
    status: 400,
    body: { non_field_errors: "Recovery flow not applicable to user" },
  });
  await setRecovery("initial-setup");
  expect(await link()).toMatchObject({ status: 200 });
  expect(((await link()) as { body: Values }).body["link"]).toMatch(/\/if\/flow\/initial-setup\/\?flow_token=\w{60}$/);
  expect(await call(server, "POST core/users/999/recovery/", {})).toMatchObject({ status: 404 });
});

test("a service account comes with an app password and a group of its own", async () => {
  const made = await call(server, "POST core/users/service_account/", { name: "robot", create_group: true });
  expect(made).toMatchObject({
    status: 200,
    body: { username: "robot", token: expect.stringMatching(/^\w{60}$/) as string },
  });
  const { group_pk, user_pk } = made.body as Values;
  expect(server.objects("core/users").find(({ pk }) => pk === user_pk)).toMatchObject({
    type: "service_account",
    groups: [group_pk],
  });
  expect(await call(server, "POST core/users/service_account/", { name: "robot" })).toMatchObject({ status: 400 });
});

test("keys of tokens are seen and set", async () => {
  await call(server, "POST core/tokens/", { identifier: "a" });
  expect((await call(server, "GET core/tokens/a/")).body).toMatchObject({
    intent: "api",
    user_obj: { username: "akadmin" },
  });
  expect((await call(server, "GET core/tokens/a/view_key/")).body).toEqual({
    key: expect.stringMatching(/^\w{60}$/) as string,
  });
  expect((await call(server, "POST core/tokens/a/set_key/", { key: "mine" })).status).toBe(204);
  expect((await call(server, "GET core/users/me/", undefined, "mine")).status).toBe(200);
  expect(JSON.stringify(server.objects("core/tokens"))).not.toContain("mine");
});

test("invitations are kept with who made them", async () => {
  const made = await call(server, "POST stages/invitation/invitations/", {
    name: "ada",
    single_use: true,
    expires: "2026-07-01T00:00:00Z",
    fixed_data: { groups: ["staff"] },
  });
  expect(made).toMatchObject({
    status: 201,
    body: { created_by: { username: "akadmin" }, fixed_data: { groups: ["staff"] } },
  });
});

test("an application's provider tells its addresses", async () => {
  const [flow] = server.objects("flows/instances");
  const flows = { authorization_flow: flow?.["pk"], invalidation_flow: flow?.["pk"] };
  const [provider] = server.add("providers/oauth2", { name: "wiki", ...flows });
  const path = `providers/oauth2/${String(provider?.pk)}/setup_urls/`;
  expect((await call(server, `GET ${path}`)).status).toBe(404);
  server.add("core/applications", { name: "Wiki", slug: "wiki", provider: provider?.pk });
  expect((await call(server, `GET ${path}`)).body).toMatchObject({ issuer: `${server.url}/application/o/wiki/` });
});
