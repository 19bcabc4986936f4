import type { AuthentikServer } from "./authentik";
import { startAuthentik } from "./authentik";
import { call } from "./call";
import { operation } from "./collections";
import { mismatches } from "./conformance";
import type { Values } from "./store";

let server: AuthentikServer;

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true, now: () => new Date("2026-07-01T12:00:00Z") });
});

afterEach(() => server.stop());

const pkOf = (slug: string): unknown => server.objects("flows/instances").find((flow) => flow["slug"] === slug)?.["pk"];
const tokens = (): Values[] => server.objects("core/tokens").filter(({ intent }) => intent === "recovery");

test("the brand at the server's address has the longest domain, else it is the default", async () => {
  const current = async (): Promise<Values> =>
    (await call(server, "GET core/brands/current/", undefined, "")).body as Values;
  const fallback = await current();
  expect([...mismatches(operation("/core/brands/current/", "get")?.response ?? {}, fallback)]).toEqual([]);
  expect(fallback).toMatchObject({ matched_domain: "authentik-default" });
  const { host } = new URL(server.url);
  server.add("core/brands", { domain: host, flow_recovery: pkOf("initial-setup") });
  server.add("core/brands", { domain: host.slice(-4) });
  expect(await current()).toMatchObject({ matched_domain: host, flow_recovery: "initial-setup" });
});

test("a second link is the first one, with another end", async () => {
  server.add("core/brands", { domain: new URL(server.url).host, flow_recovery: pkOf("initial-setup") });
  const link = (body: Values): Promise<unknown> => call(server, "POST core/users/1/recovery/", body);
  const first = await link({});
  expect(tokens()).toMatchObject([{ expires: "2026-07-02T12:00:00.000Z" }]);
  expect(await link({ token_duration: "hours=1;minutes=30" })).toMatchObject({
    body: (first as { body: Values }).body,
  });
  expect(tokens()).toMatchObject([{ expires: "2026-07-01T13:30:00.000Z" }]);
});

test("an e-mail needs an address and a stage", async () => {
  server.add("core/brands", { domain: new URL(server.url).host, flow_recovery: pkOf("initial-setup") });
  const [ada] = server.add("core/users", { username: "ada", name: "Ada" });
  const [stage] = server.add("stages/email", { name: "mail" });
  const email = (pk: unknown, stagePk: unknown): Promise<unknown> =>
    call(server, `POST core/users/${String(pk)}/recovery_email/`, { email_stage: stagePk });
  expect(await email(ada?.pk, stage?.pk)).toMatchObject({
    status: 400,
    body: { non_field_errors: "User does not have an email address set." },
  });
  const [grace] = server.add("core/users", { username: "grace", name: "Grace", email: "grace@example.org" });
  expect(await email(grace?.pk, "7f5d3f0a-4f5b-4b3e-9f57-3f1b1b1b1b1b")).toMatchObject({
    status: 400,
    body: { non_field_errors: "Email stage not found." },
  });
  expect(await email(grace?.pk, stage?.pk)).toMatchObject({ status: 204 });
  expect(tokens()).toHaveLength(1);
});
