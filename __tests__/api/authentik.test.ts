import { AdminApi } from "@goauthentik/api/dist/apis/AdminApi";
import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import { FlowsApi } from "@goauthentik/api/dist/apis/FlowsApi";
import { RootApi } from "@goauthentik/api/dist/apis/RootApi";
import { inspect } from "node:util";
import type { ApiError } from "../../api/api-error";
import type { AuthentikOptions } from "../../api/authentik";
import { Authentik } from "../../api/authentik";
import { pages } from "../../api/pages";
import type { Clock } from "../../api/patient-fetch";
import type { AuthentikServer } from "../server/authentik";
import { startAuthentik } from "../server/authentik";

const TOKEN = "the-token-of-akadmin";
let server: AuthentikServer;
let clock: Clock & { readonly waits: number[] };

/** A clock on which waiting takes no time. */
function quickClock(): typeof clock {
  let now = 0;
  const waits: number[] = [];
  const wait = (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
    now += milliseconds;
    return Promise.resolve();
  };
  return { now: () => now, wait, waits };
}

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true, token: TOKEN });
  clock = quickClock();
});

afterEach(() => server.stop());

const open = (options: Partial<AuthentikOptions> = {}): Authentik =>
  new Authentik({ url: server.url, token: TOKEN, clock, ...options });

const core = (options?: Partial<AuthentikOptions>): CoreApi => open(options).use(CoreApi);

const failure = async (work: Promise<unknown>): Promise<Pick<ApiError, "kind" | "message" | "status">> => {
  try {
    await work;
  } catch (error) {
    const { kind, message, name, status } = error as ApiError;
    expect(name).toBe("ApiError");
    expect(message).not.toContain(TOKEN);
    return { kind, message, ...(status !== undefined && { status }) };
  }
  throw new Error("nothing failed");
};

describe("the official client", () => {
  test("decodes what the server says", async () => {
    const version = await open().use(AdminApi).adminVersionRetrieve();
    expect(version.versionCurrent).toBe("2026.5.0");
    const [flow] = (await open().use(FlowsApi).flowsInstancesList({ slug: "default-authentication-flow" })).results;
    expect([flow?.title, flow?.stages.length]).toEqual(["Welcome to authentik!", 4]);
    const made = await core().coreGroupsCreate({ groupRequest: { name: "staff", users: [1] } });
    expect(made.usersObj?.map(({ username }) => username)).toEqual(["akadmin"]);
    await core().coreGroupsDestroy({ groupUuid: made.pk });
  });

  test("is made once for each part, below a path as well", () => {
    const authentik = open({ url: "https://example.org/auth/" });
    expect(authentik.use(CoreApi)).toBe(authentik.use(CoreApi));
    expect(authentik.url).toBe("https://example.org/auth");
  });

  test("sends a token, and shows it nowhere", async () => {
    const authentik = open();
    await authentik.use(CoreApi).coreUsersMeRetrieve();
    expect(inspect(authentik, { depth: 10, showHidden: true })).not.toContain(TOKEN);
    expect(JSON.stringify(authentik)).not.toContain(TOKEN);
  });
});

describe("pages", () => {
  test("of a hundred, one after the other, nothing twice", async () => {
    server.add("core/users", ...Array.from({ length: 250 }, (_, index) => ({ username: `p-${index}`, name: "P" })));
    const api = core();
    const usernames = new Set<string>();
    for await (const user of pages((page) => api.coreUsersList({ ...page, includeGroups: false }))) {
      usernames.add(user.username);
    }
    expect(usernames.size).toBe(252);
    expect(server.requests.map(({ query }) => [query["page"], query["page_size"]])).toEqual([
      ["1", "100"],
      ["2", "100"],
      ["3", "100"],
    ]);
  });

  test("stop when nobody wants more", async () => {
    server.add("core/users", ...Array.from({ length: 250 }, (_, index) => ({ username: `p-${index}`, name: "P" })));
    const api = core();
    const iterator = pages((page) => api.coreUsersList(page));
    await iterator.next();
    await iterator.return();
    expect(server.requests).toHaveLength(1);
  });

  test("end when the rest was deleted meanwhile", async () => {
    const asked: number[] = [];
    server.script({ after: 1, status: 404, body: { detail: "Invalid page." } });
    server.add("core/users", ...Array.from({ length: 150 }, (_, index) => ({ username: `p-${index}`, name: "P" })));
    const api = core();
    const list = pages((page) => {
      asked.push(page.page);
      return api.coreUsersList(page);
    });
    let count = 0;
    for await (const _ of list) count++;
    expect([count, asked]).toEqual([100, [1, 2]]);
  });

  test("fail when the first does", async () => {
    server.script({ status: 404, body: { detail: "Not found." } });
    const api = core();
    expect(await failure(pages((page) => api.coreUsersList(page)).next())).toMatchObject({ kind: "notFound" });
  });
});

describe("patience", () => {
  const me = (options?: Partial<AuthentikOptions>): Promise<unknown> => core(options).coreUsersMeRetrieve();
  const create = (name: string): Promise<unknown> => core().coreGroupsCreate({ groupRequest: { name } });
  const created = (name: string): number =>
    server.objects("core/groups").filter((group) => group["name"] === name).length;

  test.each([502, 503, 504])("a read that got %d is tried again, with growing pauses", async (status) => {
    server.script({ status, times: 3 });
    await me();
    expect(clock.waits).toEqual([500, 1000, 2000]);
  });

  test("a read whose connection was cut is tried again", async () => {
    server.script({ cut: "before" }, { cut: "after" });
    await me();
    expect(clock.waits).toEqual([500, 1000]);
  });

  test("a busy server says how long to wait, and writes wait as well", async () => {
    server.script({ status: 429, headers: { "retry-after": "7" } });
    await create("a");
    expect(clock.waits).toEqual([7000]);
    expect(created("a")).toBe(1);
  });

  test("a date to wait until is counted from the answer's own", async () => {
    const headers = { date: "Mon, 01 Jun 2026 00:00:00 GMT", "retry-after": "Mon, 01 Jun 2026 00:00:05 GMT" };
    server.script({ status: 503, headers });
    await me();
    expect(clock.waits).toEqual([5000]);
  });

  test.each<["after" | "before", number]>([
    ["after", 1],
    ["before", 0],
  ])("a write whose connection was cut %s it took effect is never tried again", async (cut, expected) => {
    server.script({ method: "post", cut });
    expect(await failure(create("a"))).toMatchObject({ kind: "unreachable" });
    expect([server.writes.length, created("a")]).toEqual([1, expected]);
  });

  test("a write that a server in trouble answered is not tried again", async () => {
    server.script({ method: "post", status: 502 });
    expect(await failure(create("a"))).toMatchObject({ kind: "server", status: 502 });
    expect(server.writes).toHaveLength(1);
  });

  test("a write that was never connected is", async () => {
    await server.goDown();
    const wait = async (milliseconds: number): Promise<void> => {
      clock.waits.push(milliseconds);
      await server.comeUp();
    };
    await core({ clock: { now: () => 0, wait } }).coreGroupsCreate({ groupRequest: { name: "a" } });
    expect([clock.waits, created("a")]).toEqual([[500], 1]);
  });

  test("ends at the deadline, at once when it is asked to wait beyond", async () => {
    server.faults.set({ notUp: true });
    expect(await failure(me({ deadlineSeconds: 12 }))).toMatchObject({ kind: "server", status: 503 });
    expect(clock.waits).toEqual([5000, 5000]);
    server.faults.clear();
    server.script({ status: 429, headers: { "retry-after": "600" } });
    expect(await failure(me())).toMatchObject({ kind: "server", status: 429 });
  });

  test("a refusal is not tried again", async () => {
    expect(await failure(core().coreUsersRetrieve({ id: 999 }))).toMatchObject({ kind: "notFound" });
    expect(server.requests).toHaveLength(1);
  });

  test("an answer that does not come is no answer in time", async () => {
    server.faults.set({ slow: 3000 });
    expect(await failure(me({ timeoutSeconds: 0.05, deadlineSeconds: 0.1 }))).toEqual({
      kind: "unreachable",
      message: `authentik: ${server.url} must answer, got no answer in time; check the URL and the way there from this machine, and whether it is up`,
    });
  });

  test("ends when whoever asked gives up", async () => {
    const controller = new AbortController();
    const wait = (): Promise<void> => {
      controller.abort(new Error("interrupted"));
      return Promise.resolve();
    };
    server.faults.set({ notUp: true });
    await expect(me({ signal: controller.signal, clock: { now: () => 0, wait } })).rejects.toThrow("interrupted");
  });
});

describe("failures say what to do", () => {
  test("a token that is not accepted", async () => {
    expect(await failure(core({ token: "another" }).coreUsersMeRetrieve())).toEqual({
      kind: "forbidden",
      status: 403,
      message:
        "authentik: GET /core/users/me/ must be allowed, got 403 (Token invalid/expired); use a token of intent API that has not expired",
    });
  });

  test("a right that is missing", async () => {
    const [ada] = server.add("core/users", { username: "ada", name: "Ada" });
    server.add("core/tokens", { identifier: "ada", user: ada?.pk, key: "of-ada" });
    expect(await failure(core({ token: "of-ada" }).coreUsersList())).toEqual({
      kind: "forbidden",
      status: 403,
      message:
        "authentik: GET /core/users/ must be allowed, got 403 (You do not have permission to perform this action.); give the token's account the right to it",
    });
  });

  test("what is not there", async () => {
    expect(await failure(core().coreUsersRetrieve({ id: 999 }))).toEqual({
      kind: "notFound",
      status: 404,
      message:
        "authentik: GET /core/users/999/ must find something, got 404 (Not found.); check its name, and whether it was deleted",
    });
  });

  test("what does not fit, each field with its own words, the query left out", async () => {
    const user = { username: "", name: "A", email: "nobody", groups: ["x"] };
    expect(await failure(core().coreUsersCreate({ userRequest: user }))).toEqual({
      kind: "refused",
      status: 400,
      message:
        "authentik: POST /core/users/ must be accepted, got 400 (email: Enter a valid email address. groups: “x” is not a valid UUID. username: This field may not be blank.); correct what it names",
    });
    server.script({ status: 400, body: { non_field_errors: ["No."], redirect_uris: { "0": { url: ["Wrong."] } } } });
    expect((await failure(core().coreUsersList({ username: "ada" }))).message).toBe(
      "authentik: GET /core/users/ must be accepted, got 400 (No. redirect_uris.0.url: Wrong.); correct what it names",
    );
  });

  test("a server that fails inside", async () => {
    server.script({ status: 500, body: "<h1>Server Error (500)</h1>" });
    expect(await failure(core().coreUsersMeRetrieve())).toEqual({
      kind: "server",
      status: 500,
      message:
        "authentik: GET /core/users/me/ must be answered, got 500; wait until it is up, and look at the log of its server",
    });
    server.script({ status: 405, body: "" });
    expect(await failure(core().coreUsersMeRetrieve())).toEqual({
      kind: "refused",
      status: 405,
      message:
        "authentik: GET /core/users/me/ must be accepted, got 405; look at the log of authentik's server, which answers so when it fails inside",
    });
  });

  test("nobody there", async () => {
    await server.goDown();
    expect(await failure(open().use(RootApi).rootConfigRetrieve())).toEqual({
      kind: "unreachable",
      message: `authentik: ${server.url} must answer, got ECONNREFUSED; check the URL and the way there from this machine, and whether it is up`,
    });
  });

  test("something that is not authentik, and something that sends elsewhere", async () => {
    server.script({ status: 200, headers: { "content-type": "text/html" }, body: "<p>Welcome</p>" });
    expect(await failure(core().coreUsersMeRetrieve())).toEqual({
      kind: "server",
      status: 200,
      message:
        "authentik: GET /core/users/me/ must be answered with JSON, got text/html; check that the URL is authentik's, without a path of one of its pages",
    });
    server.script({ status: 302, headers: { location: "https://other.example.org/" } });
    expect(await failure(core().coreUsersMeRetrieve())).toMatchObject({
      kind: "refused",
      message: expect.stringMatching(
        /must not be sent elsewhere, got 302 .*; set the URL to where authentik itself is$/,
      ) as string,
    });
    expect(server.requests).toHaveLength(2);
  });

  test("a text that is too long is cut", async () => {
    server.script({ status: 400, body: { detail: "x".repeat(10_000) } });
    expect((await failure(core().coreUsersMeRetrieve())).message.length).toBeLessThan(450);
  });
});
