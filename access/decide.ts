import type { App, Binding, Group, Person, World } from "./world";

/** Whether somebody may open something; `at login` is what a policy decides then, from what is known only then. */
export type Verdict = "open" | "closed" | "at login";

/** A binding, and what it says about somebody. */
export interface Answer {
  readonly binding: Binding;
  /** Whether it passes, its answer turned round where it is negated; nothing when that is known at login. */
  readonly passes: boolean | undefined;
  /** How somebody comes to be in the group: the one joined, and the groups it is part of, up to the one that is bound. */
  readonly through: readonly string[];
}

/** What somebody may do with an app, and why. */
export interface Decision {
  readonly decided: Verdict;
  /** Names of what decides at login. */
  readonly by: readonly string[];
  /** What the decision rests on: `inactive` accounts open nothing, `unbound` apps are open to all or to nobody. */
  readonly rests: "inactive" | "unbound" | "bindings";
  /** The bindings that made it so. */
  readonly because: readonly Answer[];
}

/** Who is asked about: a person, or whoever is in a group. */
export interface Member {
  readonly username?: string | undefined;
  readonly active: boolean;
  readonly groups: readonly string[];
}

/** Somebody who is in one group and in nothing else. */
export function memberOf(group: string): Member {
  return { active: true, groups: [group] };
}

interface Compiled {
  readonly match: App["match"];
  /** Enabled ones, in order. */
  readonly bindings: readonly Binding[];
}

/**
 * Effective access by authentik's own rules: who is in a group is in every group that is above it; an app opens by any
 * or all of its enabled bindings, and without one by a setting; superusers are asked like everybody else.
 */
export class Access {
  private readonly groups: ReadonlyMap<string, Group>;
  private readonly constant: ReadonlyMap<string, boolean | undefined>;
  private readonly above = new Map<string, ReadonlyMap<string, readonly string[]>>();
  private readonly memberships = new WeakMap<Member, ReadonlyMap<string, readonly string[]>>();
  private readonly compiled = new WeakMap<App, Compiled>();

  constructor(readonly world: World) {
    this.groups = new Map(world.groups.map((group) => [group.name, group]));
    this.constant = new Map(world.policies.map(({ name, always }) => [name, always]));
  }

  /** Every group somebody is in, with the way up to it: the one joined first, the group itself last. */
  groupsOf(member: Member): ReadonlyMap<string, readonly string[]> {
    const known = this.memberships.get(member);
    if (known !== undefined) return known;
    const found = new Map<string, readonly string[]>();
    for (const group of member.groups) {
      for (const [name, way] of this.upFrom(group)) {
        const before = found.get(name);
        if (before === undefined || way.length < before.length) found.set(name, way);
      }
    }
    this.memberships.set(member, found);
    return found;
  }

  /** The way to a group that may change everything; nothing for who may not. */
  superuserBy(member: Member): readonly string[] | undefined {
    if (!member.active) return undefined;
    const ways = [...this.groupsOf(member)].filter(([name]) => this.groups.get(name)?.superuser === true);
    return ways.map(([, way]) => way).sort((a, b) => a.length - b.length)[0];
  }

  /** What somebody may do with an app. */
  verdict(member: Member, app: App): Verdict {
    if (!member.active) return "closed";
    const { bindings, match } = this.compile(app);
    if (bindings.length === 0) return toVerdict(this.world.defaultAppAccess);
    let isOpen: boolean | undefined = match === "all";
    for (const binding of bindings) {
      const passes = this.passes(member, binding);
      if (passes === (match === "any")) return passes ? "open" : "closed";
      if (passes === undefined) isOpen = undefined;
    }
    return toVerdict(isOpen);
  }

  /** The same, and why. */
  decision(member: Member, app: App): Decision {
    const decided = this.verdict(member, app);
    if (!member.active) return { decided, by: [], rests: "inactive", because: [] };
    const { bindings, match } = this.compile(app);
    if (bindings.length === 0) {
      const by = decided === "at login" ? ["the setting core_default_app_access"] : [];
      return { decided, by, rests: "unbound", because: [] };
    }
    const answers = bindings.map((binding) => this.answer(member, binding));
    const isDecisive = { open: true, closed: false, "at login": undefined }[decided];
    const because = answers.filter(({ passes }) => passes === isDecisive);
    const by = decided === "at login" ? because.map(({ binding }) => binding.to.name) : [];
    return {
      decided,
      by,
      rests: "bindings",
      because: match === "any" && decided === "open" ? nearest(because) : because,
    };
  }

  /** Names of what decides about an app at login, whoever asks. */
  deciders(app: App): string[] {
    return this.compile(app).bindings.flatMap(({ to }) => (this.isConstant(to) ? [] : [to.name]));
  }

  private compile(app: App): Compiled {
    const known = this.compiled.get(app);
    if (known !== undefined) return known;
    const compiled = { match: app.match, bindings: app.bindings.filter(({ enabled }) => enabled) };
    this.compiled.set(app, compiled);
    return compiled;
  }

  private answer(member: Member, binding: Binding): Answer {
    const { kind, name } = binding.to;
    const through = kind === "group" ? (this.groupsOf(member).get(name) ?? []) : [];
    return { binding, passes: this.passes(member, binding), through };
  }

  private passes(member: Member, { to, negated }: Binding): boolean | undefined {
    const holds = this.holds(member, to);
    return holds === undefined ? undefined : holds !== negated;
  }

  private holds(member: Member, { kind, name }: Binding["to"]): boolean | undefined {
    switch (kind) {
      case "group":
        return this.groupsOf(member).has(name);
      case "person":
        return member.username === name;
      case "policy":
        return this.constant.get(name);
      case "unknown":
        return undefined;
    }
  }

  private isConstant({ kind, name }: Binding["to"]): boolean {
    return kind === "policy" ? this.constant.get(name) !== undefined : kind !== "unknown";
  }

  /** A group and all above it, each by the shortest way. */
  private upFrom(group: string): ReadonlyMap<string, readonly string[]> {
    const known = this.above.get(group);
    if (known !== undefined) return known;
    const ways = new Map<string, readonly string[]>([[group, [group]]]);
    // A map is walked in the order of what is added to it.
    for (const [name, way] of ways) {
      for (const parent of this.groups.get(name)?.parents ?? []) {
        if (!ways.has(parent)) ways.set(parent, [...way, parent]);
      }
    }
    this.above.set(group, ways);
    return ways;
  }
}

function toVerdict(isOpen: boolean | undefined): Verdict {
  if (isOpen === undefined) return "at login";
  return isOpen ? "open" : "closed";
}

/** Of bindings that would each be enough, those somebody is closest to come first. */
function nearest(answers: readonly Answer[]): Answer[] {
  return [...answers].sort((a, b) => a.through.length - b.through.length);
}

/** Everybody with an account: people first, then machines. */
export function everybody({ people, machines }: World): Person[] {
  return [...people, ...machines];
}
