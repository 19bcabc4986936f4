import type { Access, Answer, Decision } from "./decide";
import type { App, Binding } from "./world";

/** A number and what it counts. */
export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Names in a row: `a, b and c`; beyond a length the rest is counted. */
export function names(all: readonly string[], atMost = Number.POSITIVE_INFINITY): string {
  if (all.length > atMost + 1) return `${all.slice(0, atMost).join(", ")} and ${all.length - atMost} more`;
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1) ?? ""}`;
}

/** The way to a group: `On call, part of Engineers`. */
export function way(groups: readonly string[]): string {
  return groups.join(", part of ");
}

/** Who a binding lets in. */
export function bindingText({ to: { kind, name }, negated }: Binding): string {
  const who = { group: name, person: `the account ${name}`, policy: `the policy ${name}`, unknown: name }[kind];
  return negated ? `not ${who}` : who;
}

/** Who an app is open to, in one line. */
export function openTo({ bindings, match }: App): string {
  const enabled = bindings.filter((binding) => binding.enabled);
  return enabled.length === 0 ? "no binding" : enabled.map(bindingText).join(match === "all" ? " and " : " or ");
}

/** Why a decision is what it is. */
export function reason({ decided, by, rests, because }: Decision, app: App): string {
  if (rests === "inactive") return "the account is not active";
  if (decided === "at login") return `decided at login by ${names(by)}`;
  if (rests === "unbound") {
    return decided === "open"
      ? "it has no binding, and such apps are open to everybody"
      : "it has no binding, and such apps are closed";
  }
  if (decided === "open") return app.match === "all" ? because.map(passing).join("; ") : passing(because[0]);
  if (app.match === "all") return because.map(failing).join("; ");
  return noneOf(because);
}

function passing(answer: Answer | undefined): string {
  if (answer === undefined) return "";
  const { binding, through } = answer;
  const { kind, name } = binding.to;
  if (binding.negated)
    return kind === "group" ? `not in ${name}` : `not ${bindingText({ ...binding, negated: false })}`;
  if (kind === "group") return `in ${way(through)}`;
  return kind === "person" ? "named by a binding of its own" : `everybody who signs in may, by ${name}`;
}

function failing({ binding, through }: Answer): string {
  const { kind, name } = binding.to;
  if (kind === "group") return binding.negated ? `in ${way(through)}, which is kept out` : `not in ${name}`;
  if (kind === "person") return binding.negated ? "kept out by a binding of its own" : `only ${bindingText(binding)}`;
  return `nobody passes ${bindingText(binding)}`;
}

function noneOf(because: readonly Answer[]): string {
  const groups = because.filter(({ binding: { to, negated } }) => to.kind === "group" && !negated);
  const rest = because.filter((answer) => !groups.includes(answer) && answer.binding.to.kind !== "person");
  const [only] = groups;
  const texts = [
    ...(only === undefined
      ? []
      : [
          groups.length === 1
            ? `not in ${only.binding.to.name}`
            : `in none of ${names(groups.map(({ binding }) => binding.to.name))}`,
        ]),
    ...rest.map(failing),
  ];
  return texts.length === 0 ? "not one of the accounts it is open to" : texts.join("; ");
}

/** How somebody comes to be a superuser; nothing for others. */
export function superuserText(groups: readonly string[] | undefined): string | undefined {
  return groups === undefined ? undefined : `in ${way(groups)}, whose members may change everything`;
}

/** What decides an app at login, whoever asks. */
export function decidersText(access: Access, app: App): string | undefined {
  const by = access.deciders(app);
  return by.length === 0 ? undefined : names(by);
}
