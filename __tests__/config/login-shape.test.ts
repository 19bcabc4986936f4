import { lenient } from "../../config/lenient";
import { brand, login } from "../../config/login-shape";
import { Brand } from "../../constructs/brand";
import { SingleScreenLogin, checkLogin } from "../../constructs/single-screen-login";
import type { SingleScreenLoginProps } from "../../constructs/single-screen-login";
import { synth } from "../synth";
import type { Synthesized } from "../synth";

function made(props: Omit<SingleScreenLoginProps, "lookups">, look: ReturnType<typeof brand.parse>): Synthesized {
  return synth(({ stack, lookups }) => {
    const authenticationFlow = new SingleScreenLogin(stack, "login", { ...props, lookups });
    new Brand(stack, "brand", { ...look, authentikUrl: "https://auth.example.org", lookups, authenticationFlow });
  });
}

test("the defaults of config are those of the constructs", () => {
  expect(made(login.parse({}), brand.parse({}))).toEqual(made({}, { title: "authentik", attributes: {} }));
  const nested = { reputation: {}, mfa: { notConfigured: "configure" } } as const;
  expect(made(login.parse(nested), brand.parse({}))).toEqual(made(nested, brand.parse({})));
});

test("the constructs judge what config could read", () => {
  const read = lenient(login).parse({ userFields: ["phone"], reputation: { threshold: 0 }, mfa: { setUp: ["totp"] } });
  expect(checkLogin(read ?? {}).map(({ field }) => field)).toEqual(["reputation.threshold", "mfa.setUp"]);
});

test.each([
  { reputation: true },
  { reputation: { limit: -5 } },
  { userFields: ["upn"] },
  { mfa: { deviceClasses: ["passkey"] } },
  { mfa: { setUp: ["sms"] } },
  { sessionDuration: "seconds=0" },
  { sessionDuration: "four weeks" },
  { slug: "login" },
])("refuses the login %j", (value) => {
  expect(login.safeParse(value).success).toBe(false);
});

test.each([
  { logo: "logo.svg" },
  { background: "https://example.org/a hill.jpg" },
  { customCss: "a { color: red }\n" },
  { domain: "example.org" },
])("refuses the brand %j", (value) => {
  expect(brand.safeParse(value).success).toBe(false);
});

test.each([
  { logo: "/media/logo.svg" },
  { favicon: "https://example.org/icon.png" },
  { customCss: "a {\n  color: red;\n}" },
  { attributes: { settings: { theme: { base: "dark" } } } },
])("accepts the brand %j", (value) => {
  expect(brand.safeParse(value).success).toBe(true);
});
