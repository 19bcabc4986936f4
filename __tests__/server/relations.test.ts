import type { AuthentikServer } from "./authentik";
import { startAuthentik } from "./authentik";
import { call, listed } from "./call";
import type { Values } from "./store";

let server: AuthentikServer;

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true });
});

afterEach(() => server.stop());

const UNKNOWN = "7f5d3f0a-4f5b-4b3e-9f57-3f1b1b1b1b1b";

const first = (path: string, values: Values = {}): Values => {
  const found = server
    .objects(path)
    .find((object) => Object.entries(values).every(([name, value]) => object[name] === value));
  if (found === undefined) throw new Error(`no ${path}`);
  return found;
};

const flow = (slug: string): Values => first("flows/instances", { slug });

describe("members", () => {
  const person = (groups: unknown[] = []): Values =>
    server.add("core/users", { username: "ada", name: "Ada", groups })[0] ?? {};
  const groupsOf = ({ pk }: Values): unknown => first("core/users", { pk })["groups"];

  test("are seen from both sides, and told with their names", async () => {
    const [staff] = server.add("core/groups", { name: "staff" });
    const ada = person([staff?.pk]);
    expect(first("core/groups", { name: "staff" })).toMatchObject({
      users: [ada["pk"]],
      users_obj: [{ pk: ada["pk"], username: "ada" }],
    });
    const [without] = await listed(server, "core/groups/?name=staff&include_users=false");
    expect(without).toMatchObject({ users: [ada["pk"]], users_obj: null });
    expect(first("core/users", { username: "ada" })).toMatchObject({ groups_obj: [{ name: "staff" }] });
  });

  test("are added, removed and replaced from the group's side", async () => {
    const ada = person();
    const [staff] = server.add("core/groups", { name: "staff" });
    const path = `core/groups/${String(staff?.pk)}`;
    expect((await call(server, `POST ${path}/add_user/`, { pk: ada["pk"] })).status).toBe(204);
    expect(groupsOf(ada)).toEqual([staff?.pk]);
    expect((await call(server, `POST ${path}/remove_user/`, { pk: ada["pk"] })).status).toBe(204);
    expect(groupsOf(ada)).toEqual([]);
    await call(server, `PATCH ${path}/`, { users: [ada["pk"], 1] });
    expect(first("core/groups", { name: "staff" })["users"]).toEqual([1, ada["pk"]]);
    await call(server, `PATCH ${path}/`, { users: [1] });
    expect(groupsOf(ada)).toEqual([]);
    expect(await call(server, `POST ${path}/add_user/`, { pk: 999 })).toMatchObject({ status: 404 });
  });

  test("are superusers by a group above their own", () => {
    const [staff] = server.add("core/groups", { name: "staff" });
    const ada = person([staff?.pk]);
    expect(first("core/users", { pk: ada["pk"] })["is_superuser"]).toBe(false);
    const [team] = server.add("core/groups", {
      name: "team",
      parents: [first("core/groups", { name: "authentik Admins" })["pk"]],
    });
    const [grace] = server.add("core/users", { username: "grace", name: "Grace", groups: [team?.pk] });
    expect(first("core/users", { pk: grace?.pk })["is_superuser"]).toBe(true);
  });
});

describe("references", () => {
  test("to what is not there are refused", async () => {
    const missing = await call(server, "POST core/users/", { username: "ada", name: "Ada", groups: [UNKNOWN] });
    expect(missing).toMatchObject({
      status: 400,
      body: { groups: [`Invalid pk "${UNKNOWN}" - object does not exist.`] },
    });
  });

  test("a provider knows its application and its outposts", () => {
    const flows = { authorization_flow: flow("initial-setup")["pk"], invalidation_flow: flow("initial-setup")["pk"] };
    const [provider] = server.add("providers/proxy", { name: "p", external_host: "https://a.example.org", ...flows });
    server.add("core/applications", { name: "App", slug: "app", provider: provider?.pk });
    server.add("outposts/instances", { name: "o", type: "proxy", providers: [provider?.pk], config: {} });
    const shown = { assigned_application_slug: "app", assigned_application_name: "App", outpost_set: ["o"] };
    expect(first("providers/proxy")).toMatchObject(shown);
    expect(first("providers/all")).toMatchObject({
      assigned_application_slug: "app",
      component: "ak-provider-proxy-form",
      meta_model_name: "authentik_providers_proxy.proxyprovider",
    });
  });

  test("what cannot be without an object goes with it, the rest forgets it", async () => {
    const { pk } = flow("default-provider-authorization-implicit-consent");
    const flows = { authorization_flow: pk, invalidation_flow: flow("initial-setup")["pk"] };
    const [provider] = server.add("providers/oauth2", { name: "p", ...flows });
    server.add("core/applications", { name: "App", slug: "app", provider: provider?.pk });
    await call(server, "DELETE flows/instances/default-provider-authorization-implicit-consent/");
    expect(server.objects("providers/oauth2")).toEqual([]);
    expect(first("core/applications")).toMatchObject({ provider: null, provider_obj: null });

    const login = flow("default-authentication-flow")["pk"];
    const before = server.objects("policies/bindings").length;
    await call(server, "DELETE flows/instances/default-authentication-flow/");
    expect(server.objects("flows/bindings").filter(({ target }) => target === login)).toEqual([]);
    expect(server.objects("policies/bindings")).toHaveLength(before - 1);
    expect(first("core/brands")).toMatchObject({ flow_authentication: null });
    expect(first("stages/identification")).toBeDefined();
  });
});

describe("what authentik's serializers refuse beside the document", () => {
  const errors = async (what: string, body: Values): Promise<unknown> => {
    const { body: found, status } = await call(server, what, body);
    expect(status).toBe(400);
    return found;
  };

  test("a binding of nothing, or of two", async () => {
    const target = flow("initial-setup")["pk"];
    expect(await errors("POST policies/bindings/", { target, order: 9 })).toEqual({
      non_field_errors: ["One of 'policy', 'group', 'user' must be set."],
    });
    const two = { target, order: 9, user: 1, group: first("core/groups")["pk"] };
    expect(await errors("POST policies/bindings/", two)).toEqual({
      non_field_errors: ["Only one of 'policy', 'group', 'user' can be set."],
    });
    expect((await call(server, "POST policies/bindings/", { target, order: 9, user: 1 })).status).toBe(201);
  });

  test("a stage twice at one place of a flow", async () => {
    const { order, stage, target } = first("flows/bindings");
    expect(await errors("POST flows/bindings/", { order, stage, target })).toEqual({
      non_field_errors: ["The fields target, stage, order must make a unique set."],
    });
  });

  test("a second default brand, an identification of nobody, a parent of itself", async () => {
    expect(await errors("POST core/brands/", { domain: "a.example.org", default: true })).toEqual({
      default: "Only a single brand can be set as default.",
    });
    expect(await errors("POST stages/identification/", { name: "a" })).toEqual({
      non_field_errors: ["When no user fields are selected, at least one source must be selected"],
    });
    const { pk } = first("core/groups");
    expect(await errors(`PATCH core/groups/${String(pk)}/`, { parents: [pk] })).toEqual({
      parents: ["Cannot set group as parent of itself."],
    });
  });

  test("accounts that only authentik makes", async () => {
    const body = { username: "a", name: "A", type: "internal_service_account" };
    expect(await errors("POST core/users/", body)).toEqual({
      type: ["Setting a user to internal service account is not allowed."],
    });
    expect(await errors("POST core/users/", { username: "a", name: "A", path: "/a" })).toEqual({
      path: ["No leading or trailing slashes allowed."],
    });
  });
});

describe("outposts", () => {
  test("have an account and a token of their own, which go with them", async () => {
    const outpost = first("outposts/instances");
    const id = String(outpost["pk"]);
    expect(outpost).toMatchObject({
      name: "authentik Embedded Outpost",
      managed: "goauthentik.io/outposts/embedded",
      token_identifier: `ak-outpost-${id}-api`,
      service_connection_obj: { name: "Local Kubernetes Cluster", component: "ak-service-connection-kubernetes-form" },
    });
    const username = `ak-outpost-${id.replaceAll("-", "")}`;
    expect(first("core/users", { username })).toMatchObject({ type: "internal_service_account" });
    expect(first("core/tokens", { identifier: `ak-outpost-${id}-api` })).toMatchObject({ user_obj: { username } });
    await call(server, `DELETE outposts/instances/${id}/`);
    expect(server.objects("core/users").map((user) => user["username"])).toEqual(["akadmin"]);
    expect(server.objects("core/tokens")).toHaveLength(1);
  });

  test("may be without providers only when they are embedded, and take their own kind", async () => {
    const { pk, type } = first("outposts/instances");
    const config = { log_level: "debug" };
    const name = "authentik Embedded Outpost";
    const put = await call(server, `PUT outposts/instances/${String(pk)}/`, { name, type, providers: [], config });
    expect(put).toMatchObject({ status: 200, body: { config, managed: "goauthentik.io/outposts/embedded" } });
    const other = { name: "a", type: "ldap", config };
    expect((await call(server, "POST outposts/instances/", { ...other, providers: [] })).body).toEqual({
      providers: ["This list may not be empty."],
    });
    const flows = { authorization_flow: flow("initial-setup")["pk"], invalidation_flow: flow("initial-setup")["pk"] };
    const [provider] = server.add("providers/oauth2", { name: "p", ...flows });
    expect((await call(server, "POST outposts/instances/", { ...other, providers: [provider?.pk] })).body).toEqual({
      providers: ["Outpost type ldap can't be used with OAuth2Provider providers."],
    });
  });

  test("proxy providers get the five scopes of the server's own", async () => {
    const flows = { authorization_flow: flow("initial-setup")["pk"], invalidation_flow: flow("initial-setup")["pk"] };
    const body = { name: "p", mode: "forward_single", external_host: "https://a.example.org", ...flows };
    const made = (await call(server, "POST providers/proxy/", body)).body as Values;
    expect(made["property_mappings"]).toHaveLength(5);
    expect((await call(server, "POST providers/proxy/", { ...body, name: "q", mode: "proxy" })).body).toEqual({
      non_field_errors: ["Internal host cannot be empty when forward auth is disabled."],
    });
  });
});
