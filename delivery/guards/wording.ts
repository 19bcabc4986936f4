import type { GuardName } from "../../config/delivery-shape";

/** A guard that would not let a plan pass. */
export interface Standing {
  readonly guard: GuardName;
  readonly addresses: readonly string[];
  /** What is wrong and what to do; holds no value of a secret. */
  readonly text: string;
}

/** A standing in the form of every error here; the remedy ends with the guard's name, by which it is let pass. */
export function stand(
  guard: GuardName,
  addresses: readonly string[],
  {
    where,
    rule,
    got,
    remedy,
  }: { readonly where: string; readonly rule: string; readonly got: string; readonly remedy: string },
): Standing {
  return { guard, addresses, text: `${where}: must ${rule}, got ${got}; ${remedy}, or let ${guard} pass` };
}

const SHOWN = 10;

/** Names in order, as far as people read them. */
export function list(names: readonly string[]): string {
  const sorted = [...new Set(names)].sort();
  const rest = sorted.length - SHOWN;
  return rest > 0 ? `${sorted.slice(0, SHOWN).join(", ")} and ${rest} more` : sorted.join(", ");
}

const KINDS: Readonly<Record<string, string>> = {
  authentik_application: "app",
  authentik_certificate_key_pair: "certificate",
  authentik_rbac_role: "role",
  authentik_user: "account",
};

/** What a type is called in a sentence: `authentik_stage_user_login` is a stage. */
export function kindOf(type: string): string {
  const bare = type.replace(/^authentik_/, "");
  return (
    KINDS[type] ??
    (
      /^(policy(?!_binding)|property_mapping|provider|service_connection|source|stage)(?=_)/.exec(bare)?.[0] ?? bare
    ).replaceAll("_", " ")
  );
}
