import { unrecognised } from "../../../cli/adopt/unrecognised";
import { applied } from "./as-instance";

const URL = "https://auth.example.org";

test("what others made of sign-in is told, each object by its name", async () => {
  const objects = await applied({}, [
    ["flows/instances", { slug: "my-login", name: "Mine", designation: "authentication" }],
    ["stages/captcha", { name: "my-captcha" }],
    ["stages/identification", { name: "my-names" }],
    ["stages/prompt/prompts", { name: "my-field" }],
    ["policies/expression", { name: "iac-everyone" }],
    ["policies/geoip", { name: "my-countries" }],
    ["sources/ldap", { slug: "my-directory", name: "Directory" }],
    ["core/brands", { domain: "other.example.org" }],
    ["core/brands", { domain: "auth.example.org" }],
  ]);
  expect(unrecognised(objects.at(URL)).map(({ what, why }) => `${what} ${why}`)).toEqual([
    "flow my-login must be one that a site makes, got one for authentication",
    "stage my-captcha must be one that a site makes, got Captcha Stage",
    "stage my-names must be one that a site makes, got Identification Stage",
    "prompt field my-field must be one that a site makes, got another",
    "policy iac-everyone must be one that a site makes, or be bound to an app, got Expression Policy",
    "policy my-countries must be one that a site makes, or be bound to an app, got Geo IP Policy",
    "source my-directory must be a social login, got LDAP Source",
    "brand other.example.org must be that of the public host, got another",
  ]);
});

test("policies of apps and authentik's own source are no matter of sign-in", async () => {
  const app = "00000000-0000-4000-8000-000000000001";
  const policy = "00000000-0000-4000-8000-000000000002";
  const objects = await applied({}, [
    ["core/applications", { pk: app, slug: "wiki", name: "Wiki" }],
    ["policies/expression", { pk: policy, name: "office-hours" }],
    ["policies/bindings", { target: app, policy }],
    ["sources/ldap", { slug: "authentik-built-in", name: "authentik Built-in" }],
  ]);
  expect(unrecognised(objects.at(URL))).toEqual([]);
});

test("at an address that is none, every brand but authentik's own is told", async () => {
  const objects = await applied({}, [["core/brands", { domain: "auth.example.org" }]]);
  expect(unrecognised(objects.at("nowhere"))).toHaveLength(1);
});
