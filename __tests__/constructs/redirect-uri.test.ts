import { checkRedirectUris, toTerraform } from "../../constructs/redirect-uri";
import type { RedirectUri } from "../../constructs/redirect-uri";

const texts = (...uris: RedirectUri[]): string[] =>
  checkRedirectUris(uris).map(({ field, text }) => `${field} ${text}`);

test("always says mode and type", () => {
  expect(toTerraform({ url: "https://a.example.org" })).toEqual({
    matching_mode: "strict",
    redirect_uri_type: "authorization",
    url: "https://a.example.org",
  });
  expect(toTerraform({ url: "^https://a$", matchingMode: "regex", type: "logout" })).toEqual({
    matching_mode: "regex",
    redirect_uri_type: "logout",
    url: "^https://a$",
  });
});

test.each([
  "https://app.example.org/callback",
  "http://localhost:8000",
  "http://127.0.0.1:1234/callback",
  "http://[::1]/callback",
  "app.immich:///oauth-callback",
])("accepts %s", (url) => {
  expect(texts({ url })).toEqual([]);
});

test.each([
  "^https://app\\.example\\.org/callback$",
  "^https://app\\.example\\.org/.*$",
  "^https://app\\.example\\.org:\\d+/callback$",
  "^http://localhost:[0-9]+/callback$",
  "^https://app\\.example\\.org(:\\d+)?/callback$",
  "^https:\\/\\/app\\.example\\.org\\/(a|b)$",
  "^https://app\\.example\\.org/(?P<rest>.*)$",
  "^app\\.immich:///oauth-callback$",
  "^http://127\\.0\\.0\\.1:[0-9]+$",
])("accepts the pattern %s", (url) => {
  expect(texts({ url, matchingMode: "regex" })).toEqual([]);
});

test.each<[RedirectUri, string]>([
  [
    { url: "grafana" },
    'must be a URL, got "grafana"; write it with its scheme, such as https://app.example.org/callback',
  ],
  [{ url: "javascript:alert(1)" }, 'must not use javascript:, got "javascript:alert(1)"; use https'],
  [
    { url: "http://app.example.org" },
    'must use https, got "http://app.example.org"; over http the authorization code can be read on the way',
  ],
  [
    { url: "http://localhost.example.org" },
    'must use https, got "http://localhost.example.org"; over http the authorization code can be read on the way',
  ],
  [
    { url: "https://*.example.org" },
    'must hold no wildcard, got "https://*.example.org"; authentik compares it letter by letter, use matchingMode: "regex"',
  ],
  [
    { url: "https://a\\.example\\.org", matchingMode: "regex" },
    'must be anchored, got "https://a\\\\.example\\\\.org"; begin it with ^ and end it with $',
  ],
  [{ url: "^https://a(", matchingMode: "regex" }, 'must be a regular expression of Python, got "^https://a("; mend it'],
  ...["^https://app\\.example\\.org/cb$|^.*$", "^https://app\\.example\\.org/cb|https://evil\\.example\\.com/$"].map(
    (url): [RedirectUri, string] => [
      { url, matchingMode: "regex" },
      `must say one thing, got ${JSON.stringify(url)}; the parts of a | outside parentheses are not anchored, list them one by one`,
    ],
  ),
  ...["^http://localhost\\.example\\.com/cb$", "^http://localhostexample\\.com/cb$"].map(
    (url): [RedirectUri, string] => [
      { url, matchingMode: "regex" },
      `must begin with ^https://, got ${JSON.stringify(url)}; name the scheme`,
    ],
  ),
  [
    { url: "^https://app\\Sexample\\Sorg/cb$", matchingMode: "regex" },
    'must name one host, got "^https://app\\\\Sexample\\\\Sorg/cb$"; write its dots as \\. and no wildcard in it',
  ],
  [
    { url: "^https://a\\.example\\.org/\\p{L}$", matchingMode: "regex" },
    'must be a regular expression of Python, got "^https://a\\\\.example\\\\.org/\\\\p{L}$"; Python knows no \\p',
  ],
  [{ url: "blob:https://a.example.org" }, 'must not use blob:, got "blob:https://a.example.org"; use https'],
  [{ url: "https://a.example.org#x" }, 'must hold no fragment, got "https://a.example.org#x"; remove what follows #'],
  [
    { url: "^https://.*\\.example\\.org/$", matchingMode: "regex" },
    'must name one host, got "^https://.*\\\\.example\\\\.org/$"; write its dots as \\. and no wildcard in it',
  ],
  [
    { url: "^https://app.example\\.org/$", matchingMode: "regex" },
    'must name one host, got "^https://app.example\\\\.org/$"; write its dots as \\. and no wildcard in it',
  ],
  [
    { url: "^https?://app\\.example\\.org/$", matchingMode: "regex" },
    'must begin with ^https://, got "^https?://app\\\\.example\\\\.org/$"; name the scheme',
  ],
  [{ url: "^.*$", matchingMode: "regex" }, 'must begin with ^https://, got "^.*$"; name the scheme'],
])("refuses %j", (uri, text) => {
  expect(texts(uri)).toEqual([`redirectUris[0] ${text}`]);
});

test("refuses a URI listed twice, but not the same URL for another purpose", () => {
  const url = "https://app.example.org";
  expect(texts({ url }, { url, type: "logout" })).toEqual([]);
  expect(texts({ url }, { url, type: "authorization" })).toEqual([
    'redirectUris[1] must be listed once, got "https://app.example.org" again; the provider collapses the two and every plan changes them, remove one',
  ]);
});
