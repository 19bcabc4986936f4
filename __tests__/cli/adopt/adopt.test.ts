import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StackJson } from "../../../access/stack";
import { loadSite } from "../../../config/load";
import { siteShape } from "../../../config/schema";
import { checkConstructs } from "../../../stacks/checks";
import { expectConforms } from "../../oracle";
import type { TerraformJson } from "../../oracle";
import { applyStacks } from "../../server/apply";
import type { AuthentikServer } from "../../server/authentik";
import { startAuthentik } from "../../server/authentik";
import { call } from "../../server/call";
import { loadDefault, ROOT, synthSite } from "../../synth";
import type { Synthesized } from "../../synth";
import { runCli } from "../run-cli";

// Each test synthesizes in processes of their own.
jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), "adopted-"));
let server: AuthentikServer;
let runs = 0;

beforeEach(async () => {
  server = await startAuthentik({ withDefaults: true, version: "2026.5.6" });
});
afterEach(() => server.stop());
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Document {
  readonly parts: Readonly<Record<string, number>>;
  readonly plan: {
    readonly imports: number;
    readonly changes: readonly { address: string; attribute: string; resent: boolean }[];
    readonly creates: readonly string[];
    readonly stateOnly: readonly string[];
  };
  readonly open: readonly string[];
  readonly waived: readonly string[];
  readonly left: readonly { what: string; why: string }[];
  readonly passwordStep: unknown;
}

/** Adopts the instance as one without a site, or as that of a site. */
async function adopt(site?: string, ...more: string[]): Promise<{ out: string; document: Document; stderr: string }> {
  const out = join(folder, `site-${runs++}`);
  const env = { AUTHENTIK_TOKEN: server.token, AUTHENTIK_URL: server.url, ...(site && { AUTHENTIK_SITE: site }) };
  const url = site === undefined ? ["--url", server.url] : [];
  const { code, json, stderr } = await runCli(["adopt", "--out", out, "--json", ...url, ...more], env);
  expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  return { out, document: json() as unknown as Document, stderr };
}

function stacksOf(
  out: string,
  layout: string,
): Record<string, Synthesized & { import?: { to: string; id: string }[] }> {
  return synthSite(loadSite({ file: join(out, "site.ts"), layout, checks: checkConstructs }));
}

const managed = (json: Synthesized): string[] =>
  Object.entries(json.resource ?? {}).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`));

describe("the default site", () => {
  test("comes back as it is from what it made, and its first plan changes nothing", async () => {
    applyStacks(server, Object.values(synthSite(loadDefault("split"))) as unknown as StackJson[]);
    const before = server.state();
    const { document, out } = await adopt(join(ROOT, "config", "site.ts"));
    expect(server.state()).toEqual(before);
    expect(server.writes).toEqual([]);

    const comparable = (site: unknown): object => {
      const {
        imports: _imports,
        scopeMappings: _files,
        users: _users,
        backend: _backend,
        ...rest
      } = siteShape.parse(site);
      return rest;
    };
    const read = (file: string): unknown => jest.requireActual<{ default: unknown }>(file).default;
    const [adopted, original] = [join(out, "site.ts"), join(ROOT, "config", "site.ts")].map((file) =>
      comparable(read(file)),
    );
    expect(adopted).toEqual(original);
    expect(readFileSync(join(out, "policies", "scope_groups.py"), "utf8").trim()).toBe(
      readFileSync(join(ROOT, "policies", "groups_scope.py"), "utf8").trim(),
    );
    const people = (file: string): object => (JSON.parse(readFileSync(file, "utf8")) as { users: object }).users;
    const written = people(join(out, "users.json")) as Record<string, { groups: string[] }>;
    expect(Object.keys(written).sort()).toEqual(Object.keys(people(join(ROOT, "config", "users.json"))).sort());
    expect(written["jane.doe"]).toEqual({
      name: "Jane Doe",
      email: "jane.doe@example.org",
      groups: expect.arrayContaining(["engineers", "kubernetes-admins", "vpn", "admins"]) as string[],
    });

    expect(document).toMatchObject({ open: [], left: [], waived: [], plan: { creates: [] } });
    expect(document.plan.changes.filter(({ resent }) => !resent)).toEqual([]);
    for (const layout of ["single", "split"]) {
      const stacks = stacksOf(out, layout);
      for (const json of Object.values(stacks)) expectConforms(json as unknown as TerraformJson);
      const imported = Object.values(stacks).flatMap((json) => json.import ?? []);
      const all = Object.values(stacks)
        .flatMap(managed)
        .filter((address) => address.startsWith("authentik_"));
      const missing = all.filter((address) => !imported.some(({ to }) => to === address));
      expect(missing.filter((address) => !document.plan.stateOnly.includes(address))).toEqual([]);
      expect(missing.every((address) => address.startsWith("authentik_rbac_permission_role."))).toBe(true);
    }
  });
});

/** An instance that somebody clicked together. */
async function clickedTogether(): Promise<void> {
  const one = (path: string, values: object): { pk: number | string } => server.add(path, values as never)[0] as never;
  const by = (path: string, field: string, value: string): unknown =>
    server.objects(path).find((object) => object[field] === value)?.["pk"];
  const flows = {
    authorization_flow: by("flows/instances", "slug", "default-provider-authorization-explicit-consent"),
    invalidation_flow: by("flows/instances", "slug", "default-provider-invalidation-flow"),
  };
  const scopes = ["openid", "email", "profile"].map((name) =>
    by("propertymappings/provider/scope", "managed", `goauthentik.io/providers/oauth2/scope-${name}`),
  );
  const signing = by("crypto/certificatekeypairs", "name", "authentik Self-signed Certificate");
  const crew = one("core/groups", { name: "The Crew", attributes: { floor: 3 } });
  const helpers = one("core/groups", { name: "Helpers", parents: [crew.pk] });
  const hours = one("policies/expression", { name: "Office hours", expression: "# always\nreturn True" });
  const team = one("propertymappings/provider/scope", {
    name: "Team",
    scope_name: "team",
    expression: 'return {"team": 1}',
  });
  const app = (slug: string, more: object = {}, values: object = {}): { pk: number | string } => {
    const provider = one("providers/oauth2", {
      name: `Provider for ${slug}`,
      client_id: `id-of-${slug}`,
      redirect_uris: [
        { matching_mode: "strict", url: `https://${slug}.example.org/cb`, redirect_uri_type: "authorization" },
      ],
      property_mappings: scopes,
      signing_key: signing,
      access_token_validity: "hours=1",
      ...flows,
      ...more,
    });
    return one("core/applications", { name: slug, slug, provider: provider.pk, ...values });
  };
  const bind = (target: { pk: unknown }, subject: object, order = 0): void => {
    one("policies/bindings", { target: target.pk, order, ...subject });
  };
  bind(app("wiki", { property_mappings: [team.pk, ...scopes.toReversed()] }), { group: crew.pk }, 5);
  bind(app("hours"), { policy: hours.pk });
  app("open");
  bind(
    app("plain", {
      redirect_uris: [
        { matching_mode: "strict", url: "http://plain.example.org/cb", redirect_uri_type: "authorization" },
      ],
    }),
    { group: helpers.pk },
  );
  bind(
    app("odd-flow", {
      authorization_flow: one("flows/instances", {
        slug: "mine",
        name: "mine",
        title: "Mine",
        designation: "authorization",
      }).pk,
    }),
    { group: crew.pk },
  );
  bind(app("unsigned", { signing_key: null }), { group: crew.pk });
  const jane = one("core/users", { username: "jane", name: "Jane Doe", email: "jane@example.org", groups: [crew.pk] });
  bind(app("personal"), { user: jane.pk });
  bind(app("negated"), { group: crew.pk, negate: true });
  bind(app("Upper_Case"), { group: crew.pk });
  one("core/applications", { name: "Bookmark", slug: "bookmark" });
  const saml = one("providers/saml", { name: "SAML", acs_url: "https://saml.example.org", ...flows });
  one("core/applications", { name: "SAML", slug: "saml-app", provider: saml.pk });
  const panel = one("providers/proxy", {
    name: "Panel",
    mode: "forward_single",
    external_host: "https://panel.example.org",
    ...flows,
    authorization_flow: by("flows/instances", "slug", "default-provider-authorization-implicit-consent"),
    access_token_validity: "hours=24",
  });
  bind(one("core/applications", { name: "Panel", slug: "panel", provider: panel.pk }), { group: crew.pk });
  const embedded = by("outposts/instances", "managed", "goauthentik.io/outposts/embedded");
  await call(server, `PATCH outposts/instances/${String(embedded)}/`, { providers: [panel.pk] });
  one("core/users", { username: "nobody", name: "No Mail", email: "" });
  one("core/users", { username: "robot", name: "Robot", type: "service_account" });
}

describe("an instance that somebody clicked together", () => {
  test("what a site can say is imported, all else is listed, and nothing changes", async () => {
    await clickedTogether();
    const { document, out } = await adopt();
    const { default: site } = jest.requireActual<{ default: Record<string, Record<string, unknown>> }>(
      join(out, "site.ts"),
    );
    expect(Object.keys(site["apps"] ?? {}).sort()).toEqual(["hours", "open", "panel", "plain", "wiki"]);
    expect(site["groups"]).toEqual({
      "the-crew": { name: "The Crew", attributes: { floor: 3 } },
      helpers: { name: "Helpers", parents: ["the-crew"] },
    });
    expect(site["apps"]?.["wiki"]).toEqual({
      kind: "oidc",
      name: "wiki",
      providerName: "Provider for wiki",
      access: { groups: ["the-crew"] },
      redirectUris: ["https://wiki.example.org/cb"],
      clientId: "id-of-wiki",
      scopes: ["team"],
      consent: "explicit",
      accessTokenMinutes: "hours=1",
    });
    expect(site["scopeMappings"]).toEqual({
      team: { name: "Team", file: "./policies/scope_team.py", form: "body", scopeName: "team" },
    });
    expect(site["policies"]).toEqual({
      "office-hours": { name: "Office hours", file: "./policies/office_hours.py", form: "body" },
    });
    // authentik gives lists in an order of its own, and a plan compares them as they stand.
    const provider = "authentik_provider_oauth2.identity_apps_wiki_provider";
    const written = JSON.parse(readFileSync(join(out, "imports.json"), "utf8")) as { order: object };
    expect(written.order).toEqual({ [provider]: { property_mappings: [3, 2, 1, 0] } });
    expect(document.plan.changes.map(({ address }) => address)).not.toContain(provider);
    const mappings = stacksOf(out, "split").authentik?.resource?.["authentik_provider_oauth2"]?.[
      "identity_apps_wiki_provider"
    ]?.["property_mappings"] as string[];
    expect(mappings.map((mapping) => /(?:oauth2-scope-|custom-)(\w+)/.exec(mapping)?.[1])).toEqual([
      "team",
      "profile",
      "email",
      "openid",
    ]);
    expect(document.open).toEqual(["open"]);
    expect(document.plan.creates).toEqual([
      "authentik_policy_binding.identity_apps_open_access_members-0",
      "authentik_policy_expression.identity_policies_everyone",
    ]);
    expect(document.waived).toEqual(["AK030 apps.plain: as it was when the instance was adopted"]);
    expect(site).not.toHaveProperty("systemSettings");
    const left = Object.fromEntries(document.left.map(({ what, why }) => [what, why]));
    expect(left).toMatchObject({
      "app unsigned": "has a provider without a signing key, so that nobody can check its tokens; choose one there",
      "app personal": "lets in somebody by name; a site lets in groups: put the person into one",
      "app Upper_Case": "has a slug that a site cannot have: lower-case letters, digits and single dashes",
      "app bookmark": "has no provider; a site has no bare links",
      "app saml-app": "has a provider of a kind that a site cannot have",
    });
    expect(left["app negated"]).toBe("has negate of its policy binding true, and a site would say false");
    expect(left["app odd-flow"]).toContain("has authorization_flow of its provider oauth2 ");
    const users = JSON.parse(readFileSync(join(out, "users.json"), "utf8")) as { users: object };
    expect(users.users).toEqual({ jane: { name: "Jane Doe", email: "jane@example.org", groups: ["the-crew"] } });
    for (const json of Object.values(stacksOf(out, "split"))) expectConforms(json as unknown as TerraformJson);
  });

  test("where apps without bindings are closed, none of them is said to be open", async () => {
    await clickedTogether();
    const flags = {
      core_default_app_access: false,
      enterprise_audit_include_expanded_diff: false,
      flows_continuous_login: false,
      flows_refresh_others: false,
    };
    expect((await call(server, "PATCH admin/settings/", { flags })).status).toBe(200);
    const { document } = await adopt(undefined, "--dry-run");
    expect(document.open).toEqual([]);
    expect(document.plan.creates).toEqual([]);
    expect(document.left).toContainEqual({
      what: "app open",
      why: "lets nobody in, since nothing says who may open it and authentik keeps such apps closed; bind a group there",
    });
  });

  test("and neither where the settings cannot be read", async () => {
    await clickedTogether();
    server.script({ path: "/admin/settings/", status: 403, body: { detail: "no" } });
    const { document } = await adopt(undefined, "--dry-run");
    expect(document.open).toEqual([]);
    expect(document.left).toContainEqual({
      what: "app open",
      why: "says nobody who may open it, and the settings, which decide what that means, could not be read",
    });
  });

  test("--dry-run says the same and writes nothing", async () => {
    await clickedTogether();
    const { document, out } = await adopt(undefined, "--dry-run");
    expect(document).toMatchObject({ out: null, open: ["open"] });
    expect(existsSync(out)).toBe(false);
  });
});

test("a folder that has a site is refused, and so are a URL that is none and a missing token", async () => {
  const out = mkdtempSync(join(folder, "taken-"));
  writeFileSync(join(out, "users.json"), "{}");
  const taken = await runCli(["adopt", "--out", out, "--url", server.url], { AUTHENTIK_TOKEN: server.token });
  expect([taken.code, taken.stderr]).toEqual([
    2,
    `--out: must be a folder without a site, got ${out}, which has users.json; name another, or move that away\n`,
  ]);
  const url = await runCli(["adopt", "--out", join(folder, "x"), "--url", "auth.example.org"], {
    AUTHENTIK_TOKEN: "x",
  });
  expect([url.code, url.stderr]).toEqual([
    2,
    '--url: must begin with http:// or https://, got "auth.example.org"; give authentik\'s own\n',
  ]);
  const token = await runCli(["adopt", "--out", join(folder, "x"), "--url", server.url]);
  expect([token.code, token.stderr]).toEqual([
    1,
    "AUTHENTIK_TOKEN: must hold an API token, got nothing; make one of a superuser in Directory, Tokens\n",
  ]);
  expect((await runCli(["adopt"])).code).toBe(2);
});

test("what stops in the middle leaves nothing behind, and the next run does all of it, over a cut connection too", async () => {
  await clickedTogether();
  const out = join(folder, "cut");
  const run = () => runCli(["adopt", "--out", out, "--url", server.url], { AUTHENTIK_TOKEN: server.token });
  server.script({ path: "/core/users/", after: 1, status: 403, body: { detail: "no longer" }, times: 1000 });
  const stopped = await run();
  expect([stopped.code, existsSync(out)]).toEqual([1, false]);
  expect(stopped.stderr).toContain("authentik: GET /core/users/");
  server.faults.clear();
  server.script({ path: "/core/groups/", cut: "before" }, { path: "/core/users/", cut: "after" });
  const again = await run();
  expect([again.code, existsSync(join(out, "site.ts"))]).toEqual([0, true]);
});
