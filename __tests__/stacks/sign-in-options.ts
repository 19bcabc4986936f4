/** Every option of how people get in and back in, each with a value of its own; for `mapping.test.ts` and its neighbour. */
const client = (path: string) => ({ mount: "kv", path: `sources/${path}`, key: "cs" });

const company = {
  kind: "openidconnect",
  name: "Company",
  slug: "work",
  clientId: "ak",
  clientSecret: client("company"),
  userMatching: "email_link",
  wellKnownUrl: "https://id.example.com/.well-known/openid-configuration?p=b2c",
  scopes: ["groups", "offline_access"],
  pkce: "S256",
  clientAuthentication: "basic_auth",
  promoted: true,
  enabled: false,
  waive: { AK060: "the company verifies every address" },
};
const club = {
  kind: "openidconnect",
  name: "Club",
  clientId: "members",
  clientSecret: client("club"),
  urls: {
    authorization: "https://club.example.com/authorize",
    accessToken: "https://club.example.com/token",
    profile: "https://club.example.com/me",
    jwks: "https://club.example.com/keys",
  },
};

const session = {
  sessionDuration: "days=5",
  rememberMeOffset: "days=6",
  networkBinding: "bind_asn_network",
  geoipBinding: "bind_continent_country",
};

export const enrollments = {
  invitation: {
    by: "invitation",
    title: "Join us",
    assignableGroups: ["helpers"],
    usersGroup: "newcomers",
    passkey: true,
    totp: true,
    userType: "external",
    ...session,
  },
  social: { by: "social", assignableGroups: ["helpers"], passkey: false, sources: ["club"] },
  open: { by: "open", usersGroup: "newcomers", emailSubject: "Is it you?", tokenMinutes: 45 },
};

export const signInOptions = {
  sources: { company, club },
  enrollment: enrollments.invitation,
  recovery: {
    title: "Forgotten?",
    userFields: ["email"],
    emailSubject: "A new password",
    tokenMinutes: 15,
    sessionDuration: "hours=7",
  },
  passwordPolicy: {
    minLength: 16,
    digits: 1,
    lowercase: 2,
    uppercase: 3,
    symbols: 4,
    strength: 3,
    breachCheck: true,
    message: "A better one, please.",
  },
  userSettings: { title: "You", avatars: { maxKiB: 100, types: ["png", "webp"] } },
  adopt: {
    login: {
      title: "Welcome back",
      sessionDuration: "days=9",
      networkBinding: "bind_asn_network_ip",
      geoipBinding: "bind_continent_country_city",
      rememberMeOffset: "days=10",
      passwordOnFirstScreen: true,
    },
    brand: { title: "Everywhere" },
  },
};

/** What an app reads people with. */
export const directoryReader = {
  username: "reader",
  passwordRevision: 3,
  publishTo: { mount: "kv", path: "published/cli/directory" },
};
