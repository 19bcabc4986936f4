import { AVATARS_WITH_UPLOADS, checkAvatars, checkUploadsShown } from "../../constructs/avatar-sources";

const refused = (...avatars: (string | undefined)[]): string[] =>
  checkAvatars(avatars).map(({ code, field, text }) => `${code ?? ""} ${field} ${text}`);

test.each([
  [["initials"]],
  [["none"]],
  [AVATARS_WITH_UPLOADS],
  [["attributes.settings.picture", "https://avatars.example.org/%(username)s?d=404"]],
  [["gravatar", undefined, "none"]],
])("accepts %j", (avatars) => {
  expect(refused(...avatars)).toEqual([]);
});

test.each([
  ["avatar", "an attribute that is not called one"],
  ["attributes.", "an attribute without a name"],
  ["Gravatar", "another case"],
  ["gravatar,initials", "two in one"],
  ["https://example.org/a,b", "a URL with a comma, at which authentik would split it"],
  ["ftp://example.org/a", "a URL browsers do not load pictures from"],
  [" gravatar", "white space"],
  ["", "nothing"],
])("refuses %j: %s", (source) => {
  expect(refused("gravatar", source)).toEqual([
    `AK057 avatars[1] must be gravatar, initials, none, attributes.<path> or an http or https URL without commas, got "${source}"; authentik passes over what it does not know`,
  ]);
});

test("refuses what is never come to", () => {
  expect(refused("none", "gravatar", "initials")).toEqual(
    ["gravatar", "initials"].map(
      (source, place) =>
        `AK057 avatars[${place + 1}] must come before "none", got "${source}" after it; everybody has one of those: move it before, or remove it`,
    ),
  );
});

test("refuses none at all", () => {
  expect(refused()).toEqual(['AK057 avatars must name at least one source, got []; say "none" for none']);
});

test.each([
  [undefined, true],
  [AVATARS_WITH_UPLOADS, true],
  [["gravatar"], false],
  [[undefined], true],
  [[], true],
])("the sources %j go with uploads %j", (avatars, uploads) => {
  expect(checkUploadsShown(avatars, uploads)).toEqual([]);
});

test.each([[["gravatar", "initials"]], [["gravatar", "attributes.avatar"]]])(
  "refuses %j where people may upload a picture",
  (avatars) => {
    expect(checkUploadsShown(avatars, true)).toEqual([
      {
        code: "AK057",
        field: "avatars",
        text: 'must begin with "attributes.avatar", got "gravatar"; pictures that people upload would be kept and not shown: put it first, or let them upload none',
      },
    ]);
  },
);
