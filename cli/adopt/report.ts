import type { SiteInput } from "../../config/schema";
import { visible } from "../../delivery/visible";
import type { Outcome } from "../command";
import type { Listed } from "./listed";
import type { PasswordStep } from "./password-step";
import { personAddress } from "./people";
import type { PeopleWritten } from "./people";
import type { ReadInstance } from "./read-instance";
import type { Settled } from "./settle";

export interface Adopted {
  readonly out: string;
  readonly dryRun: boolean;
  readonly instance: ReadInstance;
  readonly settled: Settled;
  readonly people: PeopleWritten;
  readonly passwordStep: PasswordStep | undefined;
}

/** What was adopted, and what was not, for people and for machines. */
export function outcomeOf(adopted: Adopted): Outcome {
  const { dryRun, instance, out, passwordStep, people, settled } = adopted;
  const { candidate, changes, created, matched } = settled;
  const left = [...unread(instance), ...merged(settled.notes), ...people.notes];
  const document = {
    format: 1,
    url: instance.url,
    version: instance.version,
    out: dryRun ? null : out,
    parts: countsOf(candidate.site, people.count),
    plan: {
      imports: matched.imports.size + settled.ownImports + people.count,
      changes: [
        ...changes.map(({ address, attribute, resent = false }) => ({ address, attribute, resent })),
        ...people.reordered.map((name) => ({ address: personAddress(name), attribute: "groups", resent: true })),
      ],
      creates: created,
      stateOnly: matched.stateOnly,
    },
    open: candidate.open,
    waived: waivedIn(candidate.site),
    left,
    passwordStep: passwordStep ?? null,
  };
  return { document, text: textOf(document) };
}

type Document = Readonly<{
  url: string;
  version: string;
  out: string | null;
  parts: Readonly<Record<string, number>>;
  plan: Readonly<{
    imports: number;
    changes: readonly { readonly address: string; readonly attribute: string; readonly resent: boolean }[];
    creates: readonly string[];
    stateOnly: readonly string[];
  }>;
  open: readonly string[];
  waived: readonly string[];
  left: readonly Listed[];
  passwordStep: PasswordStep | null;
}>;

function textOf({ left, open, out, parts, passwordStep, plan, url, version, waived }: Document): string {
  const counted = Object.entries(parts).map(([what, count]) => `${count} ${what}`);
  const state = plan.stateOnly.length === 0 ? "" : `, and notes ${plan.stateOnly.length} things in the state alone`;
  return [
    `${url} (${version}): ${counted.join(", ")}`,
    `the first plan imports ${plan.imports} objects${state}`,
    ...list("it also sends, since authentik does not give it back or does not say it:", resentLines(plan.changes)),
    ...list("it also makes, for apps that nothing said who may open:", plan.creates),
    ...list('open to everybody, because nothing says who may open them; the site says "everyone":', open),
    ...list("waived, because the instance has it so:", waived),
    ...list(
      "not in the site, and left as it is:",
      left.map(({ what, why }) => `${what} ${why}`),
    ),
    ...(passwordStep === null ? [] : passwordStepLines(passwordStep)),
    ...(out === null
      ? ["nothing was written (--dry-run)"]
      : [
          `written to ${out}`,
          `next: AUTHENTIK_SITE=${out}/site.ts npm run diff, which should import and change nothing else`,
        ]),
  ].join("\n");
}

/** What is sent again, by type: an object has several attributes of the kind, and a type many objects. */
function resentLines(changes: Document["plan"]["changes"]): string[] {
  const types = new Map<string, { readonly addresses: Set<string>; readonly attributes: Set<string> }>();
  for (const { address, attribute } of changes) {
    const type = address.slice(0, address.indexOf("."));
    const known = types.get(type) ?? { addresses: new Set(), attributes: new Set() };
    known.addresses.add(address);
    known.attributes.add(attribute);
    types.set(type, known);
  }
  return [...types].map(([type, { addresses, attributes }]) => {
    const [only = type, ...others] = addresses;
    const what = others.length === 0 ? only : `${addresses.size} of ${type}`;
    return `${what}: ${[...attributes].sort().join(", ")}`;
  });
}

const LONGEST_LINE = 1000;

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${visible(line, LONGEST_LINE)}`)];
}

function passwordStepLines({ id, isSkipped, order, stage }: PasswordStep): string[] {
  const policies = isSkipped
    ? "its policies skip it for whoever has given the password, so it can stay"
    : `nothing skips it, so the password is asked for twice; adopt --remove-password-step ${id} deletes it`;
  return [
    `step ${order} (${stage}, ${id}) of authentik's own login asks for the password as the first screen does: ${policies}`,
  ];
}

function unread({ unread: collections }: ReadInstance): Listed[] {
  return collections.map(({ needs, noun }) => ({ what: noun, why: `could not all be read; it takes ${needs}` }));
}

/** Notes of one thing, once. */
function merged(notes: readonly Listed[]): Listed[] {
  const seen = new Set<string>();
  return notes.filter(({ what, why }) => {
    const is = seen.has(`${what} ${why}`);
    seen.add(`${what} ${why}`);
    return !is;
  });
}

function countsOf(site: SiteInput, people: number): Record<string, number> {
  const { apps, groups, hostAccess, policies, scopeMappings, sources } = site;
  const counts = Object.entries({ apps, hosts: hostAccess?.hosts, groups, policies, scopeMappings, sources }).map(
    ([what, records]): [string, number] => [what, Object.keys(records ?? {}).length],
  );
  const flows = ["login", "enrollment", "recovery", "userSettings", "brand", "systemSettings"].filter(
    (part) => part in site,
  );
  return Object.fromEntries(
    [...counts, ["people", people] as const, ["flows and settings", flows.length] as const].filter(
      ([, count]) => count > 0,
    ),
  );
}

/** What the site waives, in lines. */
function waivedIn(site: object, place = ""): string[] {
  return Object.entries(site).flatMap(([name, value]) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
    if (name === "waive")
      return Object.entries(value as Readonly<Record<string, unknown>>).map(
        ([code, reason]) => `${code} ${place === "" ? "version" : place}: ${String(reason)}`,
      );
    return waivedIn(value as object, place === "" ? name : `${place}.${name}`);
  });
}
