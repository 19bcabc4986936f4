import { randomBytes } from "node:crypto";
import { StagesApi } from "@goauthentik/api/dist/apis/StagesApi";
import type { Invitation } from "@goauthentik/api/dist/models/Invitation";
import type { Authentik } from "../../api/authentik";
import type { Site } from "../../config/load";
import { show } from "../../config/problems";
import type { Context, Outcome } from "../command";
import { LiveGroups } from "../live-groups";
import { facts } from "../wording";
import { sendOnce } from "../writes";
import {
  checkLive,
  enrollmentLink,
  flowOf,
  groupNames,
  invitedTo,
  refuseTaken,
  refuseWhoIsListed,
  refuseWhoIsThere,
} from "./allowed";
import { named, shown, until, whom } from "./invitations";
import { LONGEST_NAME } from "./options";
import type { CreateOptions } from "./options";

const DAY = 24 * 60 * 60 * 1000;

/**
 * Makes an invitation to the site's enrollment.
 * @throws Failure before anything is made, when the enrollment reads none, or would not give what is asked for
 * @throws ApiError when it cannot be made
 */
export async function create(context: Context, options: CreateOptions): Promise<Outcome> {
  const site = context.site();
  const enrollment = invitedTo(site);
  const groups = groupNames(site, enrollment, options.group ?? []);
  refuseWhoIsListed(site, options);
  const authentik = await context.authentik();
  const flow = await context.progress.step("looking for the enrollment", () => flowOf(authentik));
  if (groups.length > 0) {
    const live = await context.progress.step("reading the groups", () => LiveGroups.read(authentik, site));
    checkLive(live, groups);
  }
  await context.progress.step("looking whether they are there", () => refuseWhoIsThere(authentik, options));
  const wanted = {
    name: options.name ?? nameFor(options),
    flow,
    singleUse: options.reusable !== true,
    expires: new Date(Date.now() + options.days * DAY),
    fixedData: fixedData(options, groups),
  };
  if (options.name !== undefined) await refuseTaken(authentik, options.name);
  const made = await context.progress.step("making the invitation", () => make(authentik, wanted));
  return outcome(site, made, options);
}

/** A name that nobody else chose, so that the invitation is found again. */
function nameFor({ email, fullName, username }: CreateOptions): string {
  const who = username ?? email?.replace(/@.*/, "") ?? fullName ?? "guest";
  const readable = who
    .normalize("NFKD")
    .replaceAll(/\p{Mn}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
  const unique = randomBytes(4).toString("hex");
  return `${readable.slice(0, LONGEST_NAME - unique.length - 1).replaceAll(/^-+|-+$/g, "") || "guest"}-${unique}`;
}

/** What policies/enrollment_fields.py lets through, and what policies/enrollment_groups.py reads. */
function fixedData(
  { attribute = {}, email, fullName, username }: CreateOptions,
  groups: readonly string[],
): Record<string, unknown> {
  return {
    ...(username !== undefined && { username }),
    ...(fullName !== undefined && { name: fullName }),
    ...(email !== undefined && { email }),
    ...(groups.length > 0 && { groups }),
    ...Object.fromEntries(Object.entries(attribute).map(([key, value]) => [`attributes.${key}`, value])),
  };
}

interface Wanted {
  readonly name: string;
  readonly flow: string;
  readonly singleUse: boolean;
  readonly expires: Date;
  readonly fixedData: Record<string, unknown>;
}

function make(authentik: Authentik, wanted: Wanted): Promise<Invitation> {
  return sendOnce(
    `the invitation ${show(wanted.name)} was made`,
    () => authentik.use(StagesApi).stagesInvitationInvitationsCreate({ invitationRequest: wanted }),
    async () => (await named(authentik, wanted.name)).find((one) => isWanted(one, wanted)),
  );
}

/** Whether an invitation is ours, and not one that somebody else gave the same name: no two end at the same millisecond. */
function isWanted({ expires, flow }: Invitation, wanted: Wanted): boolean {
  return expires?.getTime() === wanted.expires.getTime() && flow === wanted.flow;
}

function outcome(site: Site, made: Invitation, { attribute = {} }: CreateOptions): Outcome {
  const { createdBy: _, expired: __, ...invitation } = shown(made);
  const link = `${enrollmentLink(site)}?itoken=${made.pk}`;
  const isLost = site.enrollment?.by === "social" && Object.keys(site.sources).length > 0;
  const text = [
    link,
    made.pk,
    "",
    facts([
      ["name", invitation.name],
      ["for", whom(invitation.for)],
      ["groups", invitation.groups.join(", ") || "none"],
      ["attributes", invitation.attributes.join(", ") || undefined],
      ["good for", `${invitation.singleUse ? "one person" : "everybody who has it"}, ${until(made.expires)}`],
    ]),
    "",
    isLost
      ? "The code is shown this once. Send both: who comes from an account elsewhere is asked for the code."
      : "The link holds the code, which is shown this once.",
  ];
  return { document: { ...invitation, attributes: attribute, link, code: made.pk }, text: text.join("\n") };
}
