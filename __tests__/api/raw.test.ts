import { Authentik } from "../../api/authentik";
import { RawApi } from "../../api/raw";
import type { AuthentikServer } from "../server/authentik";
import { startAuthentik } from "../server/authentik";

let server: AuthentikServer;
let raw: RawApi;

const clock = { now: () => 0, wait: () => Promise.resolve() };

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true });
  raw = new Authentik({ url: server.url, token: server.token, clock }).use(RawApi);
});

afterEach(() => server.stop());

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const object of list) found.push(object);
  return found;
}

test("an object is as the API says it", async () => {
  expect(await raw.object("admin/settings")).toMatchObject({ pagination_max_page_size: 100, flags: {} });
});

test("a list is read to its end, page by page, filtered", async () => {
  for (let index = 0; index < 250; index++) server.add("core/groups", { name: `group-${index}` });
  const groups = await all(raw.list("core/groups", { include_users: false }));
  expect(groups).toEqual(
    server
      .objects("core/groups")
      .map((group) => ({ ...group, users_obj: null }))
      .sort(byName),
  );
  const asked = server.requests.map(({ query }) => [query.page, query.page_size, query.include_users]);
  expect(asked).toEqual([1, 2, 3].map((page) => [String(page), "100", "false"]));
  const one = await all(raw.list("core/groups", { name: "group-7" }));
  expect(one.map(({ name }) => name)).toEqual(["group-7"]);
});

const collate = new Intl.Collator("en", { numeric: true }).compare;
const byName = (a: Record<string, unknown>, b: Record<string, unknown>): number =>
  collate(String(a["name"]), String(b["name"]));

test("several values of one parameter are asked for one by one", async () => {
  server.add("core/users", { username: "robot", type: "service_account" });
  server.add("core/users", { username: "guest", type: "external" });
  const users = await all(raw.list("core/users", { type: ["service_account", "external"], ordering: "username" }));
  expect(users.map(({ username }) => username)).toEqual(["guest", "robot"]);
});

test("a server that is busy or away for a moment is asked again", async () => {
  server.script({ status: 503 }, { cut: "before" }, { status: 429, headers: { "retry-after": "1" } });
  expect(await all(raw.list("rbac/roles"))).toHaveLength(1);
});

test("a value the official client does not know is no failure", async () => {
  server.add("stages/deny", { name: "new", deny_message: "", component: "ak-stage-of-next-year" });
  const [stage] = await all(raw.list("stages/deny", { name: "new" }));
  expect(stage).toMatchObject({ component: "ak-stage-of-next-year" });
});

test("a refusal and an answer that is no page say what to do, and never the token", async () => {
  server.script({ status: 403, body: { detail: "You do not have permission to perform this action." } });
  await expect(all(raw.list("core/groups"))).rejects.toMatchObject({
    kind: "forbidden",
    message:
      "authentik: GET /core/groups/ must be allowed, got 403 (You do not have permission to perform this action.); give the token's account the right to it",
  });
  server.script({ status: 200, body: { results: "none" } });
  await expect(all(raw.list("core/groups"))).rejects.toThrow(
    "authentik: GET /core/groups/ must be answered with a page of a list, got something else; check that the URL is authentik's, and its version",
  );
  server.script({ status: 200, body: [] });
  await expect(raw.object("admin/settings")).rejects.toThrow("must be answered with an object");
});
