import { sourcesOf } from "../../../cli/adopt/sources";
import type { SiteInput } from "../../../config/schema";
import type { Values } from "../../server/store";
import { read, smallSite, synthSite } from "../../synth";
import { applied } from "./as-instance";
import type { Objects } from "./as-instance";
import { again } from "./round-trip";

const clientSecret = { mount: "secret", path: "sources", key: "client_secret" };
const site: SiteInput = {
  ...smallSite,
  vault: { address: "https://vault.example.org", mounts: ["secret"], auth: { method: "token" } },
  brand: {},
  login: {},
  sources: {
    github: { kind: "github", name: "GitHub", clientId: "abc", clientSecret },
    number: { kind: "google", name: "Google", slug: "7", clientId: "def", clientSecret },
    company: {
      kind: "openidconnect",
      name: "Company",
      clientId: "ghi",
      clientSecret,
      wellKnownUrl: "https://id.example.com/.well-known/openid-configuration",
    },
  },
};

const objects = (): Promise<Objects> => applied(synthSite(read(site)));
const URL = "https://auth.example.org";

test("sources are said in the order of their buttons, without secrets and what authentik knows itself", async () => {
  const { found, skipped } = sourcesOf((await objects()).at(URL));
  expect(skipped).toEqual([]);
  expect(Object.entries(found)).toEqual([
    ["github", { slug: "github", kind: "github", name: "GitHub", clientId: "abc" }],
    ["source-7", { slug: "7", kind: "google", name: "Google", clientId: "def" }],
    [
      "company",
      {
        slug: "company",
        kind: "openidconnect",
        name: "Company",
        clientId: "ghi",
        wellKnownUrl: "https://id.example.com/.well-known/openid-configuration",
      },
    ],
  ]);
});

test("a key made for a number is nobody else's", async () => {
  const changed = await objects();
  changed.find("sources/oauth", "slug", "github")["slug"] = "source-7";
  const { found } = sourcesOf(changed.at(URL));
  expect(Object.entries(found).map(([key, { slug }]) => [key, slug])).toEqual([
    ["source-7", "source-7"],
    ["source-source-7", "7"],
    ["company", "company"],
  ]);
});

test.each<[string, Values]>([
  ["kind must be google, github, facebook, openidconnect, got discord", { provider_type: "discord" }],
  ["enrollment flow must be iac-enrollment or none, got iac-login", { enrollment_flow: "iac-login" }],
  [
    "authentication flow must be iac-source-login, as all sources of a site, got default-source-authentication",
    { authentication_flow: "default-source-authentication" },
  ],
  ["authentication flow must be iac-source-login, as all sources of a site, got none", { authentication_flow: null }],
  ['slug must be lower-case letters, digits and single dashes, got "My_Source"', { slug: "My_Source" }],
  ['scopes[1] must be a scope, printable characters without spaces, got ""', { additional_scopes: "one  two" }],
])("a source is skipped that a site cannot say: %s", async (why, values) => {
  const changed = await objects();
  const flows = Object.entries(values).map(([name, value]): [string, unknown] => [
    name,
    name.endsWith("_flow") && value !== null ? changed.find("flows/instances", "slug", value)["pk"] : value,
  ]);
  const source = Object.assign(changed.find("sources/oauth", "slug", "github"), Object.fromEntries(flows));
  const { found, skipped } = sourcesOf(changed.at(URL));
  expect(Object.keys(found)).toEqual(["source-7", "company"]);
  expect(skipped).toEqual([{ what: `source ${String(source["slug"])}`, why }]);
});

test("OpenID Connect without a document has all addresses or is skipped", async () => {
  const changed = await objects();
  const company = changed.find("sources/oauth", "slug", "company");
  const at = (path: string): string => `https://id.example.com/${path}`;
  Object.assign(company, { authorization_url: at("authorize"), access_token_url: at("token") });
  Object.assign(company, { oidc_well_known_url: "", oidc_jwks_url: "", profile_url: null });
  expect(sourcesOf(changed.at(URL)).skipped).toEqual([
    { what: "source company", why: "urls.profile must be given, got nothing" },
  ]);
  company["profile_url"] = "https://id.example.com/me";
  expect(sourcesOf(changed.at(URL)).found["company"]?.urls).toEqual({
    authorization: "https://id.example.com/authorize",
    accessToken: "https://id.example.com/token",
    profile: "https://id.example.com/me",
  });
});

test("an enrollment by sources that a site does not have cannot be said", async () => {
  const social: SiteInput = { ...site, enrollment: { by: "social" } };
  const instance = (await applied(synthSite(read(social)))).at(URL);
  const { sources, ...without } = social;
  const { site: found, notes } = again({ ...without, sources: { github: sources?.["github"] ?? never() } }, instance);
  expect(found.enrollment).toBeUndefined();
  expect(notes).toContainEqual({
    what: "flow iac-enrollment",
    why: "sources must be sources of the site, got another",
  });
});

function never(): never {
  throw new Error("the site has no such source");
}
