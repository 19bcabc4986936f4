import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../../config/problems";
import { loadSite } from "../../config/load";
import { RefusedError } from "../../constructs/refusal";
import { all, read, synthSite } from "../synth";
import type { Block, Synthesized } from "../synth";
import { adopted } from "./adopted-site";

const folder = mkdtempSync(join(tmpdir(), "imports-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let sites = 0;
const APP = "authentik_application.identity_apps_wiki";
const PERSON = "authentik_user.people_jane";
const FLOW = "authentik_flow.identity_login_flow";

/** A site with an app, a group and a person, and objects that were there before. */
function site(imports: unknown, layout = "single"): string {
  const file = join(folder, `site-${sites++}.json`);
  writeFileSync(
    join(folder, "users.json"),
    JSON.stringify({ users: { jane: { name: "Jane Doe", email: "jane@example.org", groups: ["crew"] } } }),
  );
  writeFileSync(join(folder, "imports.json"), JSON.stringify(imports));
  writeFileSync(
    file,
    JSON.stringify({
      default: {
        name: "lab",
        layout,
        version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
        authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
        users: "users.json",
        imports: "imports.json",
        groups: { crew: {} },
        apps: {
          wiki: {
            kind: "oidc",
            name: "Wiki",
            access: { groups: ["crew"] },
            redirectUris: ["https://wiki.example.org/cb"],
          },
        },
      },
    }),
  );
  return file;
}

function imported(layout: string, imports: unknown): Record<string, unknown> {
  const stacks = synthSite(loadSite({ file: site({ imports }, layout) }));
  return Object.fromEntries(
    Object.entries(stacks).map(([name, json]) => [name, (json as { import?: unknown }).import]),
  );
}

test("each object comes in the stack that declares it, before the first apply", () => {
  const ids = { [APP]: "wiki", [PERSON]: "7" };
  expect(imported("single", ids)).toEqual({
    authentik: [
      { to: APP, id: "wiki" },
      { to: PERSON, id: "7" },
    ],
  });
  expect(imported("split", ids)).toEqual({
    authentik: [{ to: APP, id: "wiki" }],
    "authentik-users": [{ to: PERSON, id: "7" }],
  });
});

test("an id is a text, and no template", () => {
  expect(imported("single", { [APP]: "${wiki}" })).toEqual({ authentik: [{ to: APP, id: "$${wiki}" }] });
});

test("AK073: an address that no stack has is refused, all of them at once", () => {
  const load = (): unknown =>
    imported("single", { [APP]: "wiki", [FLOW]: "login", "authentik_group.identity_groups_gone": "x" });
  expect(load).toThrow(RefusedError);
  expect(load).toThrow(
    `AK073 imports must name addresses of the site, got "${FLOW}"; take it out of the file, or bring back what it belongs to\n` +
      'AK073 imports must name addresses of the site, got "authentik_group.identity_groups_gone"; take it out of the file, or bring back what it belongs to',
  );
});

test("what is no address, no id or no such file is told by its place", () => {
  const load = (imports: unknown): unknown => loadSite({ file: site(imports) });
  expect(() => load({ imports: { wiki: "wiki" } })).toThrow(ConfigError);
  expect(() => load({ imports: { wiki: "wiki" } })).toThrow(
    "imports.json: wiki must have a key that is an address such as authentik_application.identity_apps_wiki",
  );
  expect(() => load({ imports: { [APP]: "" } })).toThrow(
    `imports.json: ${APP} must be a text without white space at its ends`,
  );
  expect(() => load([])).toThrow("imports.json:");
});

test("lists are in authentik's order while they are imported, unless they have changed since", () => {
  const provider = "authentik_provider_oauth2.identity_apps_wiki_provider";
  const mappings = (places?: readonly number[]): unknown => {
    const order = places === undefined ? {} : { [provider]: { property_mappings: places } };
    const { authentik } = synthSite(loadSite({ file: site({ imports: { [provider]: "3" }, order }) }));
    return all(authentik as Synthesized, "authentik_provider_oauth2")["identity_apps_wiki_provider"]?.property_mappings;
  };
  const [openid, email, profile] = mappings() as string[];
  expect(mappings([2, 0, 1])).toEqual([profile, openid, email]);
  for (const stale of [
    [1, 0],
    [0, 0, 1],
    [0, 1, 3],
  ])
    expect(mappings(stale)).toEqual([openid, email, profile]);
});

describe("what an adopted instance calls its objects", () => {
  writeFileSync(join(folder, "team.py"), 'return {"team": request.user.attributes.get("team")}\n');
  writeFileSync(join(folder, "hours.py"), "# Office hours only.\nreturn True\n");
  writeFileSync(join(folder, "imports.json"), JSON.stringify({ imports: {} }));
  const { authentik: json } = synthSite(read(adopted, folder));
  const block = (type: string, name: string): Block => all(json as Synthesized, type)[name] ?? {};

  test("stays, of providers, mappings and policies", () => {
    expect(block("authentik_provider_oauth2", "identity_apps_wiki_provider").name).toBe("Provider for Wiki");
    expect(block("authentik_provider_proxy", "identity_apps_panel_provider").name).toBe("Panel by proxy");
    expect(block("authentik_provider_ldap", "identity_apps_films_provider").name).toBe("LDAP of films");
    expect(block("authentik_property_mapping_provider_scope", "identity_scopes_custom-team")).toMatchObject({
      name: "Team of a person",
      expression: 'return {"team": request.user.attributes.get("team")}',
    });
    expect(block("authentik_policy_expression", "identity_policies_custom-hours")).toMatchObject({
      name: "Office hours",
      expression: "# Office hours only.\nreturn True",
    });
  });

  test("the embedded outpost is kept but for the apps it serves", () => {
    const outpost = block("authentik_outpost", "identity_outposts_embedded");
    expect(outpost).toMatchObject({
      name: "authentik Embedded Outpost",
      protocol_providers: ["${authentik_provider_proxy.identity_apps_panel_provider.id}"],
      lifecycle: { prevent_destroy: true, ignore_changes: ["service_connection", "config"] },
    });
    expect(outpost).not.toHaveProperty("config");
  });

  test("the order of who is let in is left as it is", () => {
    expect(block("authentik_policy_binding", "identity_apps_wiki_access_members-0").lifecycle).toEqual({
      ignore_changes: ["order"],
    });
  });

  test("a body without return is refused, and a module may not be one", () => {
    writeFileSync(join(folder, "team.py"), "x = 1\n");
    expect(() => read(adopted, folder)).toThrow(
      "AK040 scopeMappings.team: file must return something, got a file without return; authentik takes nothing for no",
    );
    writeFileSync(join(folder, "team.py"), "return {}\n");
    const asModule = { ...adopted, scopeMappings: { team: { scopeName: "team", file: "team.py" } } };
    expect(() => read(asModule, folder)).toThrow("AK040 scopeMappings.team: file must define evaluate(request)");
  });
});
