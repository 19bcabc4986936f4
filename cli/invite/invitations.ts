import { StagesApi } from "@goauthentik/api/dist/apis/StagesApi";
import type { Invitation } from "@goauthentik/api/dist/models/Invitation";
import type { Authentik } from "../../api/authentik";
import { pages } from "../../api/pages";
import { ENROLLMENT_FLOW } from "../../config/flow-names";
import { distance, moment } from "../wording";

/** What is known of an invitation beside its code, which is a secret. */
export interface Shown {
  readonly name: string;
  /** Username of whoever made it. */
  readonly createdBy: string;
  /** What the form is filled in with. */
  readonly for: { readonly username?: string; readonly name?: string; readonly email?: string };
  /** Names of groups. */
  readonly groups: readonly string[];
  /** Keys of attributes. */
  readonly attributes: readonly string[];
  readonly singleUse: boolean;
  /** Slug of the flow; nothing for one that every flow takes. */
  readonly flow: string | null;
  readonly expires: string | null;
  readonly expired: boolean;
}

/** The invitations there are, page by page, those to other flows only when all are asked for. */
export function invitations(authentik: Authentik, { all = false } = {}): AsyncGenerator<Invitation, void, undefined> {
  const stages = authentik.use(StagesApi);
  const flow = all ? {} : { flowSlug: ENROLLMENT_FLOW };
  return pages((page) => stages.stagesInvitationInvitationsList({ ...page, ...flow }));
}

/** The invitations of a name, whatever flow they are to. */
export async function named(authentik: Authentik, name: string): Promise<Invitation[]> {
  const stages = authentik.use(StagesApi);
  const found: Invitation[] = [];
  for await (const one of pages((page) => stages.stagesInvitationInvitationsList({ ...page, name }))) {
    if (one.name === name) found.push(one);
  }
  return found;
}

export function isOver({ expires }: Pick<Invitation, "expires">): boolean {
  return expires !== undefined && expires !== null && expires.getTime() <= Date.now();
}

/** An invitation without its code; whoever made it may have written anything into it. */
export function shown(invitation: Invitation): Shown {
  const { createdBy, expires, fixedData = {}, flowObj, name, singleUse } = invitation;
  const data = fixedData as Readonly<Record<string, unknown>>;
  const filled = Object.fromEntries(
    (["username", "name", "email"] as const).flatMap((key) =>
      typeof data[key] === "string" ? [[key, data[key]]] : [],
    ),
  );
  const groups = [...(Array.isArray(data.groups) ? (data.groups as unknown[]) : [data.groups]), data.group];
  return {
    name,
    createdBy: createdBy.username,
    for: filled,
    groups: groups.filter((group) => typeof group === "string"),
    attributes: Object.keys(data).flatMap((key) => (key.startsWith("attributes.") ? [key.slice(11)] : [])),
    singleUse: singleUse === true,
    // The client's types know no invitation without a flow.
    flow: (flowObj as typeof flowObj | null)?.slug ?? null,
    expires: expires?.toISOString() ?? null,
    expired: isOver(invitation),
  };
}

/** Who an invitation is for, in words. */
export function whom({ email, name, username }: Shown["for"]): string {
  const address = email === undefined ? undefined : name === undefined ? email : `<${email}>`;
  const known = [name, address].filter((part) => part !== undefined).join(" ");
  if (username === undefined) return known === "" ? "nobody in particular" : known;
  return known === "" ? username : `${known}, as ${username}`;
}

/** How long an invitation is good for, in words. */
export function until(expires: Date | null | undefined): string {
  if (expires === null || expires === undefined) return "without end";
  return `until ${moment(expires)} (${distance(expires)})`;
}
