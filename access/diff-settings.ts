import type { Accesses } from "./cause";
import { byKey, lifetimeChanges, textChange } from "./changes";
import type { SettingChange } from "./diff";
import { appChanges } from "./diff-apps";
import { flowChanges } from "./diff-flows";
import { ofNumbers, ofPresence } from "./effect";
import type { Effect } from "./effect";
import type { SignInSource } from "./sign-in";
import type { Policy, SiteWaiver, World } from "./world";

/** Everything that is different besides people and groups. */
export function settingChanges(accesses: Accesses): SettingChange[] {
  const worlds = [accesses[0].world, accesses[1].world] as const;
  return [
    ...appChanges(accesses),
    ...sessionChanges(worlds),
    ...factorChanges(worlds),
    ...sourceChanges(worlds),
    ...flowChanges(worlds),
    ...policyChanges(worlds),
    ...defaultChange(worlds),
    ...waiverChanges(worlds),
  ];
}

type Worlds = readonly [before: World, after: World];

function sessionChanges([before, after]: Worlds): SettingChange[] {
  return lifetimeChanges("sign-in", [before.sessions, after.sessions], (what) => {
    const [subject = "", ...rest] = what.split(": ");
    return { subject, what: rest.join(": ") };
  });
}

/** How much a person without a second factor is held up. */
const HOLDS_UP: Readonly<Record<string, number>> = { skip: 2, configure: 1, deny: 0 };

function factorChanges([before, after]: Worlds): SettingChange[] {
  return byKey([before.factors, after.factors], ({ stage }) => stage).flatMap(({ key, before: was, after: is }) => {
    const flow = [...new Set([...(was?.flows ?? []), ...(is?.flows ?? [])])].sort().join(", ");
    const place = { area: "sign-in", subject: flow === "" ? `stage ${key}` : `flow ${flow}` } as const;
    if (was === undefined || is === undefined) {
      // Of a flow, it is a step that is new or gone.
      if (flow !== "") return [];
      const taken = [was, is].map((step) => step?.devices.join(", "));
      return textChange({ ...place, what: "factors" }, [taken[0], taken[1]], "either");
    }
    const effect = ofNumbers(HOLDS_UP[was.withoutDevice], HOLDS_UP[is.withoutDevice]);
    return [
      ...textChange(
        { ...place, what: "who has no second factor" },
        [withoutDevice(was.withoutDevice), withoutDevice(is.withoutDevice)],
        effect,
      ),
      ...byKey([was.devices, is.devices], (device) => device).flatMap(({ before: old, after: now }) =>
        textChange({ ...place, what: "factor" }, [old, now], ofPresence(old, now)),
      ),
    ];
  });
}

function withoutDevice(action: string): string {
  const known: Readonly<Record<string, string>> = {
    skip: "is let in without",
    configure: "has to set one up",
    deny: "is turned away",
  };
  return known[action] ?? action;
}

function sourceChanges([before, after]: Worlds): SettingChange[] {
  return byKey([before.sources, after.sources], ({ slug }) => slug).flatMap(({ key, before: was, after: is }) => {
    const place = { area: "sign-in", subject: `source ${(is ?? was)?.name ?? key}` } as const;
    const [old, now] = [was?.enabled === true ? was : undefined, is?.enabled === true ? is : undefined];
    if (old === undefined || now === undefined) {
      return textChange({ ...place, what: "" }, [old && sourceText(old), now && sourceText(now)], ofPresence(old, now));
    }
    return [
      ...textChange({ ...place, what: "recognizes people by" }, [old.matching, now.matching], matchingEffect(old, now)),
      ...textChange(
        { ...place, what: "lets new people in by flow" },
        [old.enrollment, now.enrollment],
        ofPresence(old.enrollment, now.enrollment),
      ),
    ];
  });
}

function sourceText({ kind, matching, enrollment }: SignInSource): string {
  return `${kind}, recognizes people by ${matching}${enrollment === undefined ? "" : `, lets new people in by flow ${enrollment}`}`;
}

/** Whoever has the address or the name of somebody there is that person here. */
function matchingEffect(before: SignInSource, after: SignInSource): Effect {
  const trust = ({ matching }: SignInSource): number | undefined =>
    matching === "identifier" ? 0 : matching.endsWith("_link") ? 1 : undefined;
  return ofNumbers(trust(before), trust(after));
}

function policyChanges([before, after]: Worlds): SettingChange[] {
  return byKey<Policy>([before.policies, after.policies], ({ name }) => name).flatMap(
    ({ key, before: was, after: is }) => {
      // What is asked newly, or not any more, is told where it is asked.
      if (was === undefined || is === undefined) return [];
      const isConstant = was.always !== undefined && is.always !== undefined;
      const effect = isConstant ? "none" : "either";
      return textChange(
        { area: "policies", subject: `policy ${key}`, what: "" },
        firstDifference(was.says, is.says),
        effect,
      );
    },
  );
}

/** The first line of two texts that is not the same. */
function firstDifference(before: string, after: string): [string, string] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const lines = old.length > now.length ? old : now;
  const place = lines.findIndex((_line, index) => old[index] !== now[index]);
  const said = (text: readonly string[]): string => (place < 0 ? "" : `line ${place + 1}: ${text[place] ?? "the end"}`);
  return [said(old), said(now)];
}

function defaultChange([before, after]: Worlds): SettingChange[] {
  const said = ({ defaultAppAccess }: World): string => {
    if (defaultAppAccess === undefined) return "as authentik has it";
    return defaultAppAccess ? "open to everybody" : "closed";
  };
  const rank = ({ defaultAppAccess }: World): number | undefined =>
    defaultAppAccess === undefined ? undefined : Number(defaultAppAccess);
  const place = { area: "settings", subject: "apps without a binding", what: "" } as const;
  return textChange(place, [said(before), said(after)], ofNumbers(rank(before), rank(after)));
}

function waiverChanges([before, after]: Worlds): SettingChange[] {
  if (before.waivers === undefined || after.waivers === undefined) return [];
  const key = ({ code, where, field }: SiteWaiver): string => `${code} ${where}${field === "" ? "" : ` ${field}`}`;
  return byKey([before.waivers, after.waivers], key).flatMap(({ key: subject, before: was, after: is }) => {
    const isSame = was !== undefined && is !== undefined;
    const place = { area: "waivers", subject, what: isSame ? "reason" : "" } as const;
    return textChange(place, [was?.reason, is?.reason], isSame ? "none" : ofPresence(was, is));
  });
}
