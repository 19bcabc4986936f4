import { readable } from "../../sign-in";
import type { Lifetime } from "../../sign-in";
import { superuserText } from "../../words";
import type { Model } from "../model";
import { el, name, section, table } from "./dom";
import type { Child } from "./dom";

/** Who may change everything, who cannot sign in, and which accounts are machines. */
export function peopleSection({ world: { people, machines }, access }: Model): HTMLElement {
  const superusers = [...people, ...machines].flatMap((person) => {
    const by = superuserText(access.superuserBy(person));
    return by === undefined ? [] : [{ person, by }];
  });
  const inactive = [...people, ...machines].filter(({ active }) => !active);
  return section(
    "people",
    "Superusers, inactive people and machines",
    el(
      "div",
      { class: "cards" },
      card(
        "Superusers",
        "None by the groups of this site.",
        superusers.map(({ person, by }) => entry(person, by)),
      ),
      card(
        "Inactive",
        "Everybody may sign in.",
        inactive.map((person) => entry(person, person.groups.join(", "))),
      ),
      card(
        "Machines",
        "No accounts of machines.",
        machines.map((person) => entry(person, person.groups.join(", "))),
      ),
    ),
  );
}

function entry(
  { name: called, username }: { readonly name: string; readonly username: string },
  note: string,
): HTMLElement {
  return el(
    "li",
    {},
    name(called),
    called !== username && name(username, { class: "username" }),
    note !== "" && name(note, { class: "aside" }),
  );
}

function card(title: string, none: string, items: readonly HTMLElement[]): HTMLElement {
  return el(
    "div",
    { class: "card" },
    el("h3", {}, title, el("span", { class: "number" }, String(items.length))),
    items.length === 0 ? el("p", { class: "aside" }, none) : el("ul", { class: "plain tall" }, ...items),
  );
}

const WITHOUT_DEVICE: Readonly<Record<string, string>> = {
  skip: "are let in without",
  configure: "have to set one up",
  deny: "are turned away",
};

/** How long sign-ins last, which second factors are asked for, and where people may come from. */
export function signInSection({ world: { sessions, factors, sources } }: Model): HTMLElement {
  const factorRows = factors.map(({ stage, flows, withoutDevice, devices }): Child[] => [
    name(stage, { class: "code" }),
    name(flows.length === 0 ? "of the login form" : flows.join(", ")),
    name(devices.join(", ")),
    WITHOUT_DEVICE[withoutDevice] ?? name(withoutDevice),
  ]);
  const sourceRows = sources.map(({ name: called, kind, enabled, matching, enrollment }): Child[] => [
    name(called),
    name(kind),
    enabled ? "yes" : "no",
    name(matching.replaceAll("_", " ")),
    enrollment === undefined ? "stay out" : name(`come in by ${enrollment}`),
  ]);
  return section(
    "sign-in",
    "Sign-in",
    el("h3", {}, "How long it lasts"),
    lifetimeTable(sessions),
    el("h3", {}, "Second factors"),
    listed(factors, "Second factors", ["Stage", "Flow", "Takes", "People without one"], factorRows),
    el("h3", {}, "Other places people come from"),
    listed(sources, "Sources", ["Source", "Kind", "On", "Recognizes people by", "New people"], sourceRows),
  );
}

/** Lifetimes by flow, and by what lasts. */
function lifetimeTable(sessions: readonly Lifetime[]): HTMLElement {
  const parts = sessions.map((one) => {
    const [where = "", ...what] = one.what.split(": ");
    return { where, what: what.join(": "), one };
  });
  const kinds = [...new Set(parts.map(({ what }) => what))];
  const rows = [...new Set(parts.map(({ where }) => where))].map((where): Child[] => [
    name(where),
    ...kinds.map((kind) => {
      const found = parts.find((part) => part.where === where && part.what === kind);
      return found === undefined ? el("span", { class: "none" }, "–") : readable(found.one);
    }),
  ]);
  return listed(sessions, "How long sign-ins last", ["Where", ...kinds], rows);
}

function listed(
  all: readonly unknown[],
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Child[])[],
): HTMLElement {
  return all.length === 0 ? el("p", { class: "aside" }, "None of this site's own.") : table(caption, head, rows);
}

/** Refusals the site lets pass, and why. */
export function waiversSection({ world: { waivers } }: Model): HTMLElement {
  const rows = waivers?.map(({ code, where, field, text, reason }): Child[] => [
    name(code, { class: "code" }),
    name([where, field].filter(Boolean).join(": "), { class: "code" }),
    name(text),
    name(reason),
  ]);
  const none = rows === undefined ? "Not known: these stacks do not say." : "The site waives nothing.";
  return section(
    "waivers",
    "Refusals waived",
    rows === undefined || rows.length === 0
      ? el("p", { class: "aside" }, none)
      : table("Refusals waived", ["Code", "Where", "What is let pass", "Why"], rows),
  );
}
