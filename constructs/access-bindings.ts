import { Construct } from "constructs";
import { PolicyBinding } from "../.gen/providers/authentik/policy-binding";

/** One group, policy or account that is let in: a uuid, or the pk of a user. */
export type AccessEntry = { readonly group: string } | { readonly policy: string } | { readonly user: number };

export interface AccessBindingsProps {
  /** Uuid of what is opened: an application's `uuid`, not its id, which is the slug. */
  readonly target: string;
  /** Who is let in; at least one. */
  readonly entries: readonly AccessEntry[];
}

/**
 * Who may open something: one policy binding for each group or policy.
 *
 * A binding belongs to a place in the list, not to a group. When the list changes, the binding is changed in place, once
 * the new group exists. A binding for each group would be deleted before the next one is made, and an application
 * without bindings is open to everybody. Places of policies come after those of groups, so that a place changes its
 * kind only when the list has no groups at all.
 */
export class AccessBindings extends Construct {
  constructor(scope: Construct, id: string, { target, entries }: AccessBindingsProps) {
    super(scope, id);
    const groups = entries.filter((entry) => "group" in entry);
    const policies = entries.filter((entry) => "policy" in entry);
    const accounts = entries.filter((entry) => "user" in entry);
    const [members, conditions] = groups.length > 0 ? [groups, policies] : [policies.slice(0, 1), policies.slice(1)];
    members.forEach((entry, place) => {
      this.bind(`members-${place}`, target, entry, place * 10);
    });
    conditions.forEach((entry, place) => {
      this.bind(`condition-${place}`, target, entry, CONDITIONS + place * 10);
    });
    accounts.forEach((entry, place) => {
      this.bind(`account-${place}`, target, entry, ACCOUNTS + place * 10);
    });
  }

  private bind(id: string, target: string, entry: AccessEntry, order: number): void {
    // Who is let in does not depend on it: what an adopted binding has stays.
    new PolicyBinding(this, id, { target, ...entry, order, lifecycle: { ignoreChanges: ["order"] } });
  }
}

/** Above every place of a group, so that no order has to change when groups are added. */
const CONDITIONS = 100_000;
/** Above every place of a policy. */
const ACCOUNTS = 200_000;
