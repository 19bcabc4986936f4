import { Brand, checkBrand, checkShown } from "../../constructs/brand";
import type { BrandProps } from "../../constructs/brand";
import { SingleScreenLogin } from "../../constructs/single-screen-login";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { only, synth } from "../synth";
import type { Scope, Synthesized } from "../synth";

type Change = Partial<BrandProps> | ((scope: Scope) => Partial<BrandProps>);

function branded(change: Change = {}): Synthesized {
  return synth((scope) => {
    const made = typeof change === "function" ? change(scope) : change;
    new Brand(scope.stack, "brand", { authentikUrl: "https://auth.example.org", lookups: scope.lookups, ...made });
  });
}

const withLogin = ({ stack, lookups }: Scope): Partial<BrandProps> => ({
  authenticationFlow: new SingleScreenLogin(stack, "login", { lookups }),
});
const texts = (url: string): string[] =>
  checkBrand(url).map(({ code, field, text }) => `${code ?? ""} ${field} ${text}`);

test("the default child is the brand", () => {
  synth(({ stack, lookups }) => {
    const brand = new Brand(stack, "brand", { authentikUrl: "https://auth.example.org", lookups });
    expect(brand.node.defaultChild).toBe(brand.resource);
  });
});

test("restates what the default brand has, and is not the default", () => {
  expect(only(branded(), "authentik_brand")).toEqual({
    domain: "auth.example.org",
    branding_title: "authentik",
    branding_logo: "/static/dist/assets/icons/icon_left_brand.svg",
    branding_favicon: "/static/dist/assets/icons/icon.png",
    branding_default_flow_background: "/static/dist/assets/images/flow_background.jpg",
    attributes: "{}",
    flow_authentication: "${data.authentik_flow.lookups_flow-default-authentication-flow.id}",
    flow_invalidation: "${data.authentik_flow.lookups_flow-default-invalidation-flow.id}",
    flow_user_settings: "${data.authentik_flow.lookups_flow-default-user-settings-flow.id}",
    lifecycle: { ignore_changes: ["branding_custom_css"] },
  });
  expect(inspect(branded() as unknown as TerraformJson)).toEqual([]);
});

test("points at a login once it is complete, and no longer looks authentik's up", () => {
  const json = branded(withLogin);
  expect(only(json, "authentik_brand")).toMatchObject({
    flow_authentication: "${authentik_flow.login_flow.uuid}",
    depends_on: ["authentik_flow_stage_binding.login_flow_session"],
  });
  expect(Object.keys(json.data?.["authentik_flow"] ?? {})).not.toContain("lookups_flow-default-authentication-flow");
  expect(inspect(json as unknown as TerraformJson)).toEqual([]);
});

test("passes on every option", () => {
  const options: Partial<BrandProps> = {
    title: "Example",
    logo: "/media/logo.svg",
    favicon: "https://example.org/icon.png",
    background: "https://example.org/hills.jpg",
    customCss: ".pf-c-login { color: red }",
    attributes: { settings: { locale: "de" } },
    authenticationFlow: "uuid-1",
    invalidationFlow: "uuid-2",
    userSettingsFlow: "uuid-3",
    recoveryFlow: "uuid-4",
    unenrollmentFlow: "uuid-5",
    deviceCodeFlow: "uuid-6",
  };
  expect(only(branded(options), "authentik_brand")).toEqual({
    domain: "auth.example.org",
    branding_title: "Example",
    branding_logo: "/media/logo.svg",
    branding_favicon: "https://example.org/icon.png",
    branding_default_flow_background: "https://example.org/hills.jpg",
    branding_custom_css: ".pf-c-login { color: red }",
    attributes: '{"settings":{"locale":"de"}}',
    flow_authentication: "uuid-1",
    flow_invalidation: "uuid-2",
    flow_user_settings: "uuid-3",
    flow_recovery: "uuid-4",
    flow_unenrollment: "uuid-5",
    flow_device_code: "uuid-6",
  });
});

test.each([
  ["https://auth.example.org", "auth.example.org"],
  ["https://Auth.Example.org/idp/", "auth.example.org"],
  ["https://auth.example.org:443", "auth.example.org"],
  ["http://192.0.2.7", "192.0.2.7"],
])("%s is at the host %s", (authentikUrl, domain) => {
  expect(texts(authentikUrl)).toEqual([]);
  expect(only(branded({ authentikUrl }), "authentik_brand")).toMatchObject({ domain });
});

test.each([
  [
    "https://auth.example.org:8443",
    "must be without a port, got 8443; authentik looks brands up by host and port, and answers this one with its default brand: serve it at the usual port, or leave the brand out",
  ],
  [
    "https://authentik-default",
    'must not be at the host "authentik-default", got it; authentik\'s default brand has that name: use another',
  ],
  ["auth.example.org", 'must be a URL, got "auth.example.org"; give authentik\'s public one'],
])("refuses %s", (authentikUrl, text) => {
  expect(texts(authentikUrl)).toEqual([`AK043 authentikUrl ${text}`]);
  expect(() => branded({ authentikUrl })).toThrow(`Brand "test/brand": AK043 authentikUrl ${text}`);
});

test("refuses a login that no brand shows", () => {
  expect(checkShown({}, undefined)).toEqual([
    {
      code: "AK043",
      field: "login",
      text: "must come with a brand, got none; authentik's default brand shows its own login: add brand: {}",
    },
  ]);
  expect(checkShown({}, {})).toEqual([]);
  expect(checkShown(undefined, undefined)).toEqual([]);
  expect(checkShown(undefined, {})).toEqual([]);
});
