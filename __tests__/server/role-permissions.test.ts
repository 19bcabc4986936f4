import type { AuthentikServer } from "./authentik";
import { startAuthentik } from "./authentik";
import { call, listed } from "./call";
import { operation } from "./collections";
import { mismatches } from "./conformance";
import type { Values } from "./store";

let server: AuthentikServer;

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true });
});

afterEach(() => server.stop());

const ASSIGNED = "rbac/permissions/assigned_by_roles/";

async function role(name = "readers"): Promise<string> {
  const { body } = await call(server, "POST rbac/roles/", { name });
  return String((body as Values)["pk"]);
}

function provider(): string {
  const [flow] = server.objects("flows/instances");
  const flows = { authorization_flow: flow?.["pk"], invalidation_flow: flow?.["pk"] };
  const [made] = server.add("providers/ldap", { name: "ldap", base_dn: "dc=example,dc=org", ...flows });
  return String(made?.pk);
}

const LDAP = "authentik_providers_ldap.ldapprovider";
const SEARCH = "authentik_providers_ldap.search_full_directory";

test("a role has rights to all objects, each once, and loses them", async () => {
  const uuid = await role();
  const permissions = ["authentik_core.view_user", "authentik_flows.view_stage"];
  const given = await call(server, `POST ${ASSIGNED}${uuid}/assign/`, { permissions });
  expect(given).toMatchObject({ status: 200, body: [{ id: "1" }, { id: "2" }] });
  const again = await call(server, `POST ${ASSIGNED}${uuid}/assign/`, { permissions: ["authentik_core.view_user"] });
  expect(again.body).toEqual([{ id: "1" }]);
  const list = await call(server, `GET ${ASSIGNED}?model=authentik_core.user`);
  expect([...mismatches(operation(`/${ASSIGNED}`, "get")?.response ?? {}, list.body)]).toEqual([]);
  expect((list.body as { results: Values[] }).results).toEqual([
    {
      role_pk: uuid,
      name: "readers",
      model_permissions: [
        { id: 1, app_label: "authentik_core", codename: "view_user", model: "user", name: "Can view_user" },
        { id: 2, app_label: "authentik_flows", codename: "view_stage", model: "stage", name: "Can view_stage" },
      ],
      object_permissions: [],
    },
  ]);
  expect(await listed(server, `${ASSIGNED}?model=authentik_core.group`)).toEqual([]);
  expect(await listed(server, `rbac/permissions/?role=${uuid}`)).toMatchObject([
    { app_label: "authentik_core", codename: "view_user" },
    { app_label: "authentik_flows", codename: "view_stage" },
  ]);
  await call(server, `PATCH ${ASSIGNED}${uuid}/unassign/`, { permissions });
  expect(await listed(server, `${ASSIGNED}?model=authentik_core.user`)).toEqual([]);
});

test("a right to an object that is not there is one to all of them", async () => {
  const uuid = await role();
  const pk = provider();
  const assign = (object: string): Promise<unknown> =>
    call(server, `POST ${ASSIGNED}${uuid}/assign/`, { permissions: [SEARCH], model: LDAP, object_pk: object });
  await assign(pk);
  const path = `${ASSIGNED}?model=${LDAP}&object_pk=${pk}`;
  expect(await listed(server, path)).toMatchObject([
    { model_permissions: [], object_permissions: [{ codename: "search_full_directory", object_pk: pk }] },
  ]);
  expect(await listed(server, `${ASSIGNED}?model=${LDAP}&object_pk=999`)).toEqual([]);
  const single = await call(server, `GET rbac/permissions/roles/?uuid=${uuid}`);
  expect([...mismatches(operation("/rbac/permissions/roles/", "get")?.response ?? {}, single.body)]).toEqual([]);
  await assign("999");
  expect(await listed(server, path)).toMatchObject([
    { model_permissions: [{ codename: "search_full_directory" }], object_permissions: [{ object_pk: pk }] },
  ]);
});

test("rights that are none are refused", async () => {
  const uuid = await role();
  const assign = (body: Values): Promise<unknown> => call(server, `POST ${ASSIGNED}${uuid}/assign/`, body);
  expect(await assign({ permissions: ["authentik_core.see_user"] })).toMatchObject({ status: 500 });
  expect(await assign({ permissions: ["view_user"] })).toMatchObject({
    status: 400,
    body: { permissions: "When assigning global permissions, codename must be given as app_label.codename" },
  });
  expect(await assign({ permissions: [SEARCH], model: LDAP })).toMatchObject({
    status: 400,
    body: { non_field_errors: ["The fields model, object_pk must be used together."] },
  });
  expect(await call(server, `GET ${ASSIGNED}`)).toMatchObject({
    status: 400,
    body: { model: ["This field is required."] },
  });
});

test("rights are listed by model, page by page", async () => {
  const { body } = await call(server, "GET rbac/permissions/?content_type__model=brand&page_size=3");
  expect([...mismatches(operation("/rbac/permissions/", "get")?.response ?? {}, body)]).toEqual([]);
  expect(body).toMatchObject({ pagination: { count: 4, next: 2 } });
  expect(await listed(server, "rbac/permissions/?codename=view_permission")).toEqual([]);
});

test("an account holds a role, and does not", async () => {
  const uuid = await role();
  expect((await call(server, `POST rbac/roles/${uuid}/add_user/`, { pk: 1 })).status).toBe(204);
  expect(server.objects("core/users")[0]).toMatchObject({ roles: [uuid], roles_obj: [{ name: "readers" }] });
  expect((await call(server, `POST rbac/roles/${uuid}/remove_user/`, { pk: 1 })).status).toBe(204);
  expect(server.objects("core/users")[0]).toMatchObject({ roles: [] });
  expect((await call(server, `POST rbac/roles/${uuid}/add_user/`, { pk: 999 })).status).toBe(404);
});
