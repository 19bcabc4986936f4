import type { AuthentikServer } from "./authentik";
import { startAuthentik } from "./authentik";
import { call } from "./call";
import type { Values } from "./store";

let server: AuthentikServer;

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true });
});

afterEach(() => server.stop());

const refused = async (what: string, body: unknown): Promise<unknown> => {
  const answer = await call(server, what, body);
  expect(answer.status).toBe(400);
  return answer.body;
};

const made = async (path: string, body: Values): Promise<Values> => {
  const answer = await call(server, `POST ${path}/`, body);
  expect([answer.status, answer.status === 201 ? "" : answer.body]).toEqual([201, ""]);
  return answer.body as Values;
};

const group = (name: string): Promise<Values> => made("core/groups", { name });

describe("a body that does not fit", () => {
  test.each<[string, Values, unknown]>([
    ["nothing at all", {}, { name: ["This field is required."] }],
    ["null", { name: null }, { name: ["This field may not be null."] }],
    ["a blank", { name: " " }, { name: ["This field may not be blank."] }],
    ["a list for a text", { name: [] }, { name: ["Not a valid string."] }],
    ["a text for a truth", { name: "a", is_superuser: "maybe" }, { is_superuser: ["Must be a valid boolean."] }],
    ["a text for a list", { name: "a", users: "1" }, { users: ['Expected a list of items but got type "str".'] }],
    ["a wrong member", { name: "a", users: [1, "x"] }, { users: { "1": ["A valid integer is required."] } }],
    ["no UUID", { name: "a", parents: ["x"] }, { parents: ["“x” is not a valid UUID."] }],
    [
      "a list for an object",
      { name: "a", attributes: [] },
      { attributes: ["Value must be a dictionary, and not have any duplicate keys."] },
    ],
  ])("%s", async (_, body, errors) => {
    expect(await refused("POST core/groups/", body)).toEqual(errors);
  });

  test("what is no object", async () => {
    const errors = { non_field_errors: ["Invalid data. Expected a dictionary, but got list."] };
    expect(await refused("POST core/groups/", [])).toEqual(errors);
  });

  test("what is no JSON", async () => {
    expect(await refused("POST core/groups/", "{")).toMatchObject({
      detail: expect.stringMatching(/^JSON parse error/) as string,
    });
  });

  test("choices, patterns and lengths", async () => {
    const flow = { name: "a", slug: "not a slug", title: "a", designation: "nothing" };
    expect(await refused("POST flows/instances/", flow)).toEqual({
      designation: ['"nothing" is not a valid choice.'],
      slug: ["Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."],
    });
    const user = { username: "x".repeat(151), name: "X", email: "nobody" };
    expect(await refused("POST core/users/", user)).toEqual({
      email: ["Enter a valid email address."],
      username: ["Ensure this field has no more than 150 characters."],
    });
  });

  test("a part of a nested object", async () => {
    const [flow] = server.objects("flows/instances");
    const body = {
      name: "a",
      authorization_flow: flow?.["pk"],
      invalidation_flow: flow?.["pk"],
      redirect_uris: [{ matching_mode: "strict" }],
    };
    const errors = { redirect_uris: { "0": { url: ["This field is required."] } } };
    expect(await refused("POST providers/oauth2/", body)).toEqual(errors);
    const provider = await made("providers/oauth2", {
      ...body,
      redirect_uris: [{ matching_mode: "strict", url: "https://a.example.org" }],
    });
    expect(provider["redirect_uris"]).toEqual([
      { matching_mode: "strict", url: "https://a.example.org", redirect_uri_type: "authorization" },
    ]);
  });
});

describe("a new object", () => {
  test("has the defaults of authentik's models and generated secrets", async () => {
    const [flow] = server.objects("flows/instances");
    const flows = { authorization_flow: flow?.["pk"], invalidation_flow: flow?.["pk"] };
    const provider = await made("providers/oauth2", { name: "a", redirect_uris: [], ...flows });
    expect(provider).toMatchObject({
      access_token_validity: "hours=1",
      sub_mode: "hashed_user_id",
      property_mappings: [],
    });
    expect(provider["client_id"]).toMatch(/^\w{40}$/);
    expect(provider["client_secret"]).toMatch(/^\w{128}$/);
  });

  test("takes no fields that are only read, and none that nobody knows", async () => {
    const made = await call(server, "POST core/groups/", { name: "a", pk: "x", num_pk: 1, colour: "red" });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ pk: expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
    expect(made.body).not.toHaveProperty("colour");
  });

  test("keeps what is only written to itself", async () => {
    const pem = { certificate_data: "-----BEGIN CERTIFICATE-----", key_data: "-----BEGIN PRIVATE KEY-----" };
    const pair = await made("crypto/certificatekeypairs", { name: "a", ...pem });
    expect(pair).toMatchObject({ private_key_available: true });
    expect(JSON.stringify(pair)).not.toContain("BEGIN");
    const path = `crypto/certificatekeypairs/${String(pair["pk"])}`;
    expect((await call(server, `GET ${path}/view_private_key/`)).body).toEqual({ data: pem.key_data });
  });
});

describe("names", () => {
  test("are taken once, in a family of kinds as well", async () => {
    await group("a");
    expect(await refused("POST core/groups/", { name: "a" })).toEqual({ name: ["This field must be unique."] });
    await group("A");
    const flow = { name: "a", title: "a", slug: "initial-setup", designation: "recovery" };
    expect(await refused("POST flows/instances/", flow)).toEqual({ slug: ["Flow with this slug already exists."] });
    expect(await refused("POST stages/deny/", { name: "default-authentication-login" })).toEqual({
      name: ["DenyStage with this name already exists."],
    });
  });

  test("stay one's own in a change", async () => {
    const { pk } = await group("a");
    await group("b");
    expect((await call(server, `PUT core/groups/${String(pk)}/`, { name: "a" })).status).toBe(200);
    expect(await refused(`PATCH core/groups/${String(pk)}/`, { name: "b" })).toEqual({
      name: ["This field must be unique."],
    });
  });

  test("are in the URL where authentik has them there", async () => {
    await made("core/applications", { name: "A", slug: "a" });
    const renamed = await call(server, "PATCH core/applications/a/", { slug: "b" });
    expect(renamed.body).toMatchObject({ slug: "b", name: "A" });
    expect((await call(server, "GET core/applications/a/")).status).toBe(404);
    expect((await call(server, "GET core/applications/b/")).status).toBe(200);
  });
});

test("PUT and PATCH leave what they do not say as it was", async () => {
  const { pk } = await made("core/users", { username: "ada", name: "Ada", email: "ada@example.org" });
  await call(server, `PUT core/users/${String(pk)}/`, { username: "ada", name: "Ada L." });
  await call(server, `PATCH core/users/${String(pk)}/`, { is_active: false });
  const ada = { name: "Ada L.", email: "ada@example.org", is_active: false };
  expect((await call(server, `GET core/users/${String(pk)}/`)).body).toMatchObject(ada);
  expect(await refused(`PUT core/users/${String(pk)}/`, { name: "Ada" })).toEqual({
    username: ["This field is required."],
  });
});

test("what is not there, what may not be done, and what the stand-in cannot do", async () => {
  const { pk } = server.objects("stages/all")[0] ?? {};
  expect(await call(server, "GET core/users/999/")).toMatchObject({ status: 404, body: { detail: "Not found." } });
  expect(await call(server, "GET core/persons/")).toMatchObject({ status: 404 });
  expect(await call(server, "GET core/users")).toMatchObject({ status: 404 });
  expect(await call(server, `PATCH stages/all/${String(pk)}/`, {})).toMatchObject({
    status: 405,
    body: { detail: 'Method "PATCH" not allowed.' },
  });
  expect(await call(server, "GET policies/all/cache_info/")).toMatchObject({
    status: 501,
    body: { detail: "the stand-in for authentik has no GET /policies/all/cache_info/" },
  });
});
