import fc from "fast-check";
import { looksLikeToken } from "../config/problems";

/** How people get in and back in, of a random site. */
export interface SignInParts {
  readonly login?: { readonly passkeys: boolean; readonly passwordless: boolean; readonly mfa?: object | undefined };
  readonly brand?: object;
  readonly sources: Readonly<Record<string, object>>;
  readonly enrollment?: { readonly by: string; readonly passkey?: boolean | undefined } | undefined;
  readonly recovery?: object | undefined;
  readonly passwordPolicy?: object | undefined;
  readonly userSettings?: object | undefined;
  readonly systemSettings?: object | undefined;
  readonly adopt?: { readonly login?: object | undefined; readonly brand?: object | undefined } | undefined;
}

/** What a random site is made of besides. */
export interface Around {
  /** Keys of its groups that give no power. */
  readonly groups: readonly string[];
  /** Whether mail can be sent. */
  readonly hasMail: boolean;
  readonly text: fc.Arbitrary<string>;
  readonly key: fc.Arbitrary<string>;
  readonly duration: fc.Arbitrary<string>;
}

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const minutes = fc.integer({ min: 5, max: 1440 });
const amount = optional(fc.integer({ min: 1, max: 20 }));

const bindings = {
  networkBinding: fc.constantFrom("no_binding", "bind_asn", "bind_asn_network", "bind_asn_network_ip"),
  geoipBinding: fc.constantFrom("no_binding", "bind_continent", "bind_continent_country"),
};

const passwordPolicy = fc.record({
  minLength: fc.integer({ min: 8, max: 128 }),
  digits: amount,
  symbols: amount,
  strength: optional(fc.integer({ min: 2, max: 4 })),
  breachCheck: fc.boolean(),
});

const userSettings = fc.record({
  avatars: fc.oneof(
    fc.constant(false),
    fc.record({
      maxKiB: fc.integer({ min: 16, max: 1024 }),
      types: fc.subarray(["png", "jpeg", "gif", "webp"], { minLength: 1 }),
    }),
  ),
});

const systemSettings = fc.record({
  defaultAppAccess: fc.boolean(),
  avatars: optional(fc.constantFrom(["attributes.avatar", "gravatar", "initials"], ["attributes.avatar", "none"])),
  changeEmail: fc.boolean(),
  reputationLowerLimit: fc.integer({ min: -1000, max: -5 }),
});

function source(key: string, text: fc.Arbitrary<string>): fc.Arbitrary<object> {
  // `https://a.aa?:a@` is told as a password in a URL.
  const url = fc
    .webUrl({ validSchemes: ["https"], withQueryParameters: true })
    .filter((written) => !looksLikeToken(written));
  const provider = fc.oneof(
    fc.constantFrom("google", "github", "facebook").map((kind) => ({ kind })),
    fc.record({ kind: fc.constant("openidconnect"), wellKnownUrl: url }),
    fc.record({
      kind: fc.constant("openidconnect"),
      urls: fc.record({ authorization: url, accessToken: url, profile: url, jwks: optional(url) }),
    }),
  );
  const options = fc.record({
    // Names are unique, as keys are.
    name: text.map((name) => `${name} ${key}`),
    slug: optional(fc.constant(`slug-${key}`)),
    clientId: text,
    clientSecret: fc.constantFrom("client_secret", "a.b").map((field) => ({
      mount: "secret",
      path: `sources/${key}`,
      key: field,
    })),
    userMatching: fc.constantFrom("identifier", "email_deny", "username_deny"),
    scopes: optional(fc.constant(["groups", "${scope}"])),
    pkce: fc.constantFrom("none", "plain", "S256"),
    promoted: fc.boolean(),
    enabled: fc.boolean(),
  });
  return fc.tuple(provider, options).map(([one, two]) => ({ ...one, ...two }));
}

function enrollment({ groups, text, duration }: Around): fc.Arbitrary<{ by: string; passkey?: boolean | undefined }> {
  const usersGroup = groups.length === 0 ? fc.constant(undefined) : optional(fc.constantFrom(...groups));
  const common = {
    title: text,
    usersGroup,
    passkey: optional(fc.boolean()),
    userType: fc.constantFrom("internal", "external"),
    sessionDuration: optional(duration),
    networkBinding: optional(bindings.networkBinding),
  };
  const assignableGroups = fc.subarray([...groups]);
  return fc.oneof(
    fc.record({ ...common, by: fc.constant("invitation"), assignableGroups, totp: fc.boolean() }),
    fc.record({
      ...common,
      by: fc.constant("social"),
      assignableGroups,
      geoipBinding: optional(bindings.geoipBinding),
    }),
    fc.record({
      ...common,
      by: fc.constant("open"),
      totp: fc.boolean(),
      emailSubject: optional(text),
      tokenMinutes: optional(minutes),
    }),
  );
}

function adopt({ text, duration }: Around): fc.Arbitrary<{ login?: object | undefined; brand?: object | undefined }> {
  return fc.record({
    login: optional(
      fc.record({
        title: optional(text),
        sessionDuration: duration,
        ...bindings,
        rememberMeOffset: optional(duration),
        passwordOnFirstScreen: optional(fc.boolean()),
      }),
    ),
    brand: optional(fc.record({ title: optional(text) })),
  });
}

/** Everything at random, around a login and a brand that may be there. */
export function signIn(
  around: Around,
  shown: fc.Arbitrary<Pick<SignInParts, "brand" | "login">>,
): fc.Arbitrary<SignInParts> {
  const { text, key, duration } = around;
  const sources = fc
    .uniqueArray(
      key.map((name) => `s-${name}`),
      { maxLength: 3 },
    )
    .chain((keys) => fc.tuple(...keys.map((name) => source(name, text).map((made) => [name, made] as const))));
  const recovery = fc.record({
    title: text,
    userFields: fc.subarray(["email", "username"], { minLength: 1 }),
    emailSubject: text,
    tokenMinutes: minutes,
    sessionDuration: optional(duration),
  });
  const drawn = fc.record({
    sources: sources.map((made) => Object.fromEntries(made)),
    enrollment: optional(enrollment(around)),
    recovery: optional(recovery),
    passwordPolicy: optional(passwordPolicy),
    userSettings: optional(userSettings),
    systemSettings: optional(systemSettings),
    adopt: optional(adopt(around)),
  });
  return fc.tuple(shown, drawn).map(([look, rest]) => valid(around, { ...look, ...rest }));
}

/** Without what nothing would lead to, and what could not do its work. */
function valid({ hasMail }: Around, drawn: SignInParts): SignInParts {
  const { login, brand, adopt: taken } = drawn;
  const isCarried = brand !== undefined || taken?.brand !== undefined;
  const sources = login === undefined && taken?.login === undefined ? {} : drawn.sources;
  const people = enrolls(hasMail, { ...drawn, sources });
  const recovery = isCarried && hasMail ? drawn.recovery : undefined;
  const asked = recovery !== undefined || (people !== undefined && people.by !== "social");
  return {
    ...drawn,
    ...(login === undefined ? {} : { login: hasMail ? login : withoutMail(login) }),
    sources,
    enrollment: people,
    recovery,
    passwordPolicy: asked ? drawn.passwordPolicy : undefined,
    userSettings: isCarried ? drawn.userSettings : undefined,
  };
}

function enrolls(hasMail: boolean, { enrollment: drawn, login, sources }: SignInParts): SignInParts["enrollment"] {
  if (drawn === undefined || (drawn.by === "open" && !hasMail)) return undefined;
  if (drawn.by !== "social") return drawn;
  const takesPasskeys = login?.passkeys === true || login?.passwordless === true;
  const hasSources = Object.keys(sources).length > 0;
  if (drawn.passkey === false) return hasSources ? drawn : undefined;
  if (takesPasskeys) return drawn;
  return hasSources ? { ...drawn, passkey: false } : undefined;
}

function withoutMail<T extends NonNullable<SignInParts["login"]>>(login: T): T {
  const { setUp } = (login.mfa ?? {}) as { setUp?: readonly string[] };
  return setUp?.includes("email") === true ? { ...login, mfa: undefined } : login;
}
