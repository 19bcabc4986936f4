import type { AuthentikServer } from "./authentik";
import { startAuthentik } from "./authentik";
import { call, listed } from "./call";
import type { Values } from "./store";

let server: AuthentikServer;

beforeAll(async () => {
  server = await startAuthentik({ withDefaults: true });
  const [staff] = server.add("core/groups", { name: "staff" });
  const people = Array.from({ length: 250 }, (_, index) => ({
    username: `person-${String(index).padStart(3, "0")}`,
    name: `Person ${index}`,
    email: `person-${index}@example.org`,
    path: index < 10 ? "users/team" : "users",
    is_active: index !== 5,
    type: index < 3 ? "external" : "internal",
    attributes: { team: { name: index % 2 === 0 ? "even" : "odd" } },
    groups: index < 20 ? [staff?.pk] : [],
  }));
  server.add("core/users", ...people);
});

afterAll(() => server.stop());

const names = async (path: string, field = "username"): Promise<unknown[]> =>
  (await listed(server, path)).map((object) => object[field]);
const count = async (path: string): Promise<unknown> => {
  const { body } = await call(server, `GET ${path}`);
  return (body as { pagination?: Values }).pagination?.["count"];
};

describe("pages", () => {
  test("of twenty, and a hundred at most", async () => {
    const { body } = await call(server, "GET core/users/");
    expect(body).toMatchObject({
      autocomplete: {},
      pagination: { next: 2, previous: 0, count: 252, current: 1, total_pages: 13, start_index: 1, end_index: 20 },
    });
    expect(await listed(server, "core/users/?page_size=100000")).toHaveLength(100);
    const { body: last } = await call(server, "GET core/users/?page_size=100&page=3");
    expect(last).toMatchObject({ pagination: { next: 0, previous: 2, current: 3, start_index: 201, end_index: 252 } });
  });

  test("follow each other without a gap", async () => {
    const pages = await Promise.all([1, 2, 3].map((page) => names(`core/users/?page_size=100&page=${page}`)));
    expect(new Set(pages.flat()).size).toBe(252);
  });

  test("end, and an empty list has one", async () => {
    const invalid = { status: 404, body: { detail: "Invalid page." } };
    expect(await call(server, "GET core/users/?page=14")).toMatchObject(invalid);
    expect(await call(server, "GET core/users/?page=x")).toMatchObject(invalid);
    expect((await call(server, "GET core/applications/")).body).toMatchObject({
      pagination: { next: 0, count: 0, current: 1, total_pages: 1, start_index: 0, end_index: 0 },
    });
  });
});

describe("filters", () => {
  test.each<[string, number]>([
    ["core/users/?username=person-007", 1],
    ["core/users/?username=PERSON-007", 0],
    ["core/users/?email=person-7@example.org", 1],
    ["core/users/?is_active=false", 1],
    ["core/users/?is_superuser=true", 1],
    ["core/users/?type=external&type=internal_service_account", 4],
    ["core/users/?path_startswith=users/", 10],
    ["core/users/?groups_by_name=staff", 20],
    ["core/users/?groups_by_name=staff&is_active=true", 19],
    [`core/users/?attributes=${encodeURIComponent('{"team__name":"even"}')}`, 125],
    ["core/groups/?members_by_username=person-007", 1],
    ["flows/instances/?slug=default-authentication-flow", 1],
    ["flows/instances/?designation=authorization", 2],
    ["stages/all/?name=default-authentication-login", 1],
    ["outposts/instances/?name__iexact=AUTHENTIK%20EMBEDDED%20OUTPOST", 1],
    ["outposts/instances/?managed__icontains=embedded", 1],
    ["outposts/instances/?service_connection__name__iexact=local%20kubernetes%20cluster", 1],
    ["propertymappings/provider/scope/?managed=goauthentik.io/providers/oauth2/scope-openid", 1],
    ["propertymappings/all/?managed__isnull=true", 0],
    ["core/brands/?domain=authentik-default", 1],
    ["core/tokens/?user__username=akadmin", 1],
    ["crypto/certificatekeypairs/?name=authentik%20Self-signed%20Certificate", 1],
  ])("%s finds %d", async (path, expected) => {
    expect(await count(path)).toBe(expected);
  });

  test("by the stages of a flow", async () => {
    const [flow] = await listed(server, "flows/instances/?slug=default-authentication-flow");
    expect(await names(`flows/bindings/?target=${String(flow?.["pk"])}`, "order")).toEqual([10, 20, 30, 100]);
  });

  test("that authentik does not know are passed over", async () => {
    expect(await count("flows/instances/?authentication=require_token")).toBe(14);
    expect(await count("core/users/?colour=red")).toBe(252);
  });

  test("that the stand-in does not know are told", async () => {
    const { body, status } = await call(server, "GET core/applications/?for_user=1");
    expect({ body, status }).toEqual({
      status: 501,
      body: { detail: "the stand-in for authentik has no filter for_user of core/applications" },
    });
  });

  test("by what is not there are refused", async () => {
    expect(await call(server, "GET core/users/?groups_by_name=nobody")).toMatchObject({
      status: 400,
      body: { groups: ["Select a valid choice. nobody is not one of the available choices."] },
    });
  });
});

test("search looks into names and addresses", async () => {
  expect(await names("core/users/?search=PERSON-24")).toHaveLength(11);
  expect(await names("core/users/?search=akadmin")).toEqual(["akadmin"]);
});

test("ordering is asked for, backwards too, and has a default", async () => {
  expect((await names("core/users/?ordering=-username"))[0]).toBe("person-249");
  expect((await names("core/users/?ordering=colour"))[0]).toMatch(/^ak-outpost-/);
  expect((await names("core/users/"))[1]).toBe("akadmin");
  server.add("core/users", { username: "aaa", name: "A" });
  expect((await names("core/users/"))[0]).toBe("aaa");
  await call(server, `DELETE core/users/${String((await listed(server, "core/users/?username=aaa"))[0]?.["pk"])}/`);
});
