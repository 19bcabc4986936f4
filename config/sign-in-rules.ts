import { locate } from "./problems";
import type { Problem } from "./problems";
import { clashes, duplicates, entries, keys, problem, unknownName, unknownNames } from "./rule";
import type { LooseSite, Path } from "./rule";

/** What enrollment, recovery, sources and login say, together with what they name and need. */
export function checkSignIn(site: LooseSite): Problem[] {
  return [
    ...checkEnrollmentNames(site),
    ...checkOptionsOfOpen(site),
    ...checkWayBack(site),
    ...checkSources(site),
    ...checkCarried(site),
    ...checkMail(site),
    ...checkPasswords(site),
    ...duplicates(["recovery", "userFields"], site.recovery?.userFields),
  ];
}

/** A mistake that has no code: what was said would do nothing. */
function idle(path: Path, text: string): Problem {
  return { ...locate(path), text };
}

function checkEnrollmentNames({ enrollment, groups, sources }: LooseSite): Problem[] {
  if (enrollment === undefined) return [];
  const { assignableGroups, usersGroup } = enrollment;
  const known = keys(groups);
  return [
    ...unknownNames(["enrollment", "assignableGroups"], "a group", assignableGroups, known),
    ...(usersGroup === undefined || known.includes(usersGroup)
      ? []
      : [unknownName(["enrollment", "usersGroup"], "a group", usersGroup, known)]),
    ...unknownNames(["enrollment", "sources"], "one of sources", enrollment.sources, keys(sources)),
    ...duplicates(["enrollment", "sources"], enrollment.sources),
  ];
}

/** Options of the e-mail that only an open enrollment sends. */
function checkOptionsOfOpen({ enrollment }: LooseSite): Problem[] {
  if (enrollment?.by === undefined || enrollment.by === "open") return [];
  const { by } = enrollment;
  return (["emailSubject", "tokenMinutes"] as const).flatMap((field) =>
    enrollment[field] === undefined
      ? []
      : [idle(["enrollment", field], `must be left out with by "${by}", got one; no e-mail is sent: leave it out`)],
  );
}

/** People who enrolled with a passkey have nothing else to sign in with. */
function checkWayBack({ enrollment, login }: LooseSite): Problem[] {
  if (enrollment?.by !== "social" || enrollment.passkey === false) return [];
  if (login?.passkeys === true || login?.passwordless === true) return [];
  const got = login === undefined ? "none" : "one that takes no passkeys";
  const text = `must come with a login that takes passkeys with by "social", got ${got}; people who come from no source have nothing else: say login: {}, or passkey: false`;
  return [problem("AK059", ["enrollment", "passkey"], text)];
}

/** The source that every server has. */
const BUILT_IN_SOURCE = { name: "authentik Built-in", slug: "authentik-built-in" };

function checkSources({ sources, login, adopt }: LooseSite): Problem[] {
  const made = entries(sources);
  const called = {
    slug: made.map(([key, source]): [Path, string] => [["sources", key], source.slug ?? key]),
    name: made.flatMap(([key, { name }]): [Path, string][] => (name === undefined ? [] : [[["sources", key], name]])),
  };
  const problems = (["slug", "name"] as const).flatMap((what) => [
    ...clashes(what, called[what]),
    ...called[what]
      .filter(([, value]) => value === BUILT_IN_SOURCE[what])
      .map(([path, value]) => {
        const text = `must have a ${what} of its own, got "${value}", which authentik's own source has; rename it`;
        return problem("AK018", path, text);
      }),
  ]);
  if (made.length === 0 || login !== undefined || adopt?.login !== undefined) return problems;
  const text =
    "must come with a login that shows them, got none; authentik's own login has no button of theirs: add login: {}, or adopt.login";
  return [...problems, problem("AK043", ["sources"], text)];
}

/** Flows to which a brand leads: an administrator's recovery link, and the page of settings. */
function checkCarried({ recovery, userSettings, brand, adopt }: LooseSite): Problem[] {
  if (brand !== undefined || adopt?.brand !== undefined) return [];
  const text = (what: string): string =>
    `must come with a brand, got none; ${what}: add brand: {}, or adopt.brand for the default one`;
  return [
    ...(recovery === undefined
      ? []
      : [problem("AK043", ["recovery"], text("links that administrators make lead to the brand's flow"))]),
    ...(userSettings === undefined
      ? []
      : [problem("AK043", ["userSettings"], text("authentik's default brand shows its own settings"))]),
  ];
}

/** What sends mail, where authentik is told of no mail server. */
function checkMail(site: LooseSite): Problem[] {
  const { platform, enrollment, recovery, login } = site;
  if (platform === undefined || hasMail(platform)) return [];
  const text = (what: string): string =>
    `must come with platform.smtp, got none; ${what}: describe the mail server, or leave it out`;
  const codes = login?.mfa?.notConfigured === "configure" && login.mfa.setUp?.includes("email") === true;
  return [
    ...(enrollment?.by === "open" ? [problem("AK058", ["enrollment", "by"], text("nobody could be sent a link"))] : []),
    ...(recovery === undefined ? [] : [problem("AK058", ["recovery"], text("nobody could be sent a link"))]),
    ...(codes ? [problem("AK058", ["login", "mfa", "setUp"], text("nobody could be sent a code"))] : []),
  ];
}

/** An existing Secret, or variables of one's own, may name the server as well. */
function hasMail({ smtp, secret, values }: NonNullable<LooseSite["platform"]>): boolean {
  if (smtp !== undefined || secret?.from === "existing") return true;
  return JSON.stringify(values ?? {}).includes("AUTHENTIK_EMAIL__HOST");
}

/** Rules for passwords that nobody sets. */
function checkPasswords({ passwordPolicy, recovery, enrollment }: LooseSite): Problem[] {
  if (passwordPolicy === undefined || recovery !== undefined) return [];
  if (enrollment !== undefined && enrollment.by !== "social") return [];
  const text =
    "must come with recovery, or an enrollment by invitation or open, got neither; nobody would be asked for a password: remove it";
  return [idle(["passwordPolicy"], text)];
}
