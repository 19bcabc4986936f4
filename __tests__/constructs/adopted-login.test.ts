import { AdoptedBrand } from "../../constructs/adopted-brand";
import type { AdoptedBrandProps } from "../../constructs/adopted-brand";
import { ADOPTED_LOGIN_ADDRESSES, AdoptedLogin } from "../../constructs/adopted-login";
import type { AdoptedLoginProps } from "../../constructs/adopted-login";
import schema from "../../schema/authentik-2026.5.0.schema.json";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, only, synth } from "../synth";
import type { Block, Synthesized } from "../synth";

const asIs = { sessionDuration: "weeks=4", networkBinding: "no_binding", geoipBinding: "no_binding" } as const;
type Attributes = Readonly<Record<string, { readonly computed?: boolean }>>;
const resources = schema.provider_schemas["registry.terraform.io/goauthentik/authentik"]
  .resource_schemas as unknown as Readonly<Record<string, { readonly block: { readonly attributes: Attributes } }>>;

function attributesOf(type: string): Attributes {
  const found = resources[type];
  if (found === undefined) throw new Error(`the schema has no ${type}`);
  return found.block.attributes;
}

function login(change: Partial<AdoptedLoginProps> = {}): Synthesized {
  return synth(({ stack, lookups }) => {
    new AdoptedLogin(stack, "login", { lookups, ...asIs, ...change });
  });
}

function brand(change: Partial<AdoptedBrandProps> = {}): Synthesized {
  return synth(({ stack, lookups }) => {
    new AdoptedBrand(stack, "brand", { lookups, ...change });
  });
}

const imports = (json: Synthesized): unknown => (json as unknown as { import: unknown }).import;

/** What of a resource an apply would change without being told to: neither stated nor left alone. */
function reset(type: string, block: Block): string[] {
  const { ignore_changes: ignored } = block.lifecycle as { ignore_changes: string[] };
  return Object.entries(attributesOf(type))
    .filter(([name, attribute]) => attribute.computed !== true && !(name in block))
    .map(([name]) => name)
    .filter((name) => !ignored.includes(name));
}

describe("AdoptedLogin", () => {
  test("is found by name, and never destroyed", () => {
    const json = login();
    expect(imports(json)).toEqual([
      { to: "authentik_flow.login_flow", id: "default-authentication-flow" },
      {
        to: "authentik_stage_identification.login_identification",
        id: "${data.authentik_stage.lookups_stage-default-authentication-identification.id}",
      },
      {
        to: "authentik_stage_user_login.login_session",
        id: "${data.authentik_stage.lookups_stage-default-authentication-login.id}",
      },
    ]);
    for (const type of ["authentik_flow", "authentik_stage_identification", "authentik_stage_user_login"] as const) {
      expect(only(json, type).lifecycle).toMatchObject({ prevent_destroy: true });
    }
    expect(inspect(json as unknown as TerraformJson)).toEqual([]);
  });

  test.each(["authentik_flow", "authentik_stage_identification", "authentik_stage_user_login"] as const)(
    "%s: each attribute is stated or left as it is, with every option and with none",
    (type) => {
      const every = login({
        rememberMeOffset: "weeks=1",
        passwordOnFirstScreen: true,
        recoveryFlow: "${r}",
        enrollmentFlow: "${e}",
        passwordlessFlow: "${p}",
        sources: ["${s}"],
      });
      expect(reset(type, only(login(), type))).toEqual([]);
      expect(reset(type, only(every, type))).toEqual([]);
    },
  );

  test("of the flow nothing is ours but a title that is given", () => {
    expect(only(login({ title: "Sign in" }), "authentik_flow")).toMatchObject({
      title: "Sign in",
      lifecycle: { ignore_changes: expect.not.arrayContaining(["title"]) as unknown },
    });
    const { lifecycle } = only(login(), "authentik_flow");
    expect((lifecycle as { ignore_changes: string[] }).ignore_changes.sort()).toEqual(
      Object.keys(attributesOf("authentik_flow"))
        .filter((name) => !["id", "uuid", "slug"].includes(name))
        .sort(),
    );
  });

  test("states what the provider cannot leave alone", () => {
    const json = login({ networkBinding: "bind_asn", geoipBinding: "bind_continent" });
    expect(only(json, "authentik_stage_identification")).toMatchObject({ case_insensitive_matching: true });
    expect(only(json, "authentik_stage_user_login")).toMatchObject({
      session_duration: "weeks=4",
      network_binding: "bind_asn",
      geoip_binding: "bind_continent",
    });
  });

  test("what is ours is stated and no longer left as it is", () => {
    const json = login({
      rememberMeOffset: "weeks=1",
      passwordOnFirstScreen: true,
      recoveryFlow: "${r}",
      enrollmentFlow: "${e}",
      passwordlessFlow: "${p}",
      sources: ["${s}"],
    });
    expect(only(json, "authentik_stage_identification")).toMatchObject({
      recovery_flow: "${r}",
      enrollment_flow: "${e}",
      passwordless_flow: "${p}",
      sources: ["${s}"],
      password_stage: "${data.authentik_stage.lookups_stage-default-authentication-password.id}",
      lifecycle: {
        ignore_changes: [
          "captcha_stage",
          "enable_remember_me",
          "pretend_user_exists",
          "show_matched_user",
          "show_source_labels",
          "user_fields",
          "webauthn_stage",
        ],
      },
    });
    expect(only(json, "authentik_stage_user_login")).toMatchObject({ remember_me_offset: "weeks=1" });
  });

  test("takes the password off the first screen", () => {
    expect(only(login({ passwordOnFirstScreen: false }), "authentik_stage_identification")).toMatchObject({
      password_stage: "",
    });
  });

  test("names the addresses that have to be let go of, and its default child is the flow", () => {
    const json = synth(({ stack, lookups }) => {
      const made = new AdoptedLogin(stack, "login", { lookups, ...asIs });
      expect(made.node.defaultChild).toBe(made.resource);
    });
    const own = addresses(json).filter((address) => !address.startsWith("data."));
    expect(own).toEqual(ADOPTED_LOGIN_ADDRESSES.map(([type, id]) => `${type}.login_${id}`));
  });
});

describe("AdoptedBrand", () => {
  test("is found by its domain, never destroyed, and all of it left as it is", () => {
    const json = brand();
    expect(imports(json)).toEqual([
      { to: "authentik_brand.brand", id: "${data.authentik_brand.lookups_brand-authentik-default.id}" },
    ]);
    const block = only(json, "authentik_brand");
    expect(Object.keys(block).sort()).toEqual(["domain", "lifecycle"]);
    expect(block.lifecycle).toMatchObject({ prevent_destroy: true });
    expect(reset("authentik_brand", block)).toEqual([]);
  });

  test("what is ours is stated", () => {
    const json = brand({ title: "T", authenticationFlow: "${a}", userSettingsFlow: "${u}", recoveryFlow: "${r}" });
    const block = only(json, "authentik_brand");
    expect(block).toMatchObject({
      branding_title: "T",
      flow_authentication: "${a}",
      flow_user_settings: "${u}",
      flow_recovery: "${r}",
    });
    expect(reset("authentik_brand", block)).toEqual([]);
    expect((block.lifecycle as { ignore_changes: string[] }).ignore_changes).not.toContain("flow_recovery");
  });

  test("the default child is the brand", () => {
    synth(({ stack, lookups }) => {
      const made = new AdoptedBrand(stack, "brand", { lookups });
      expect(made.node.defaultChild).toBe(made.resource);
    });
  });
});
