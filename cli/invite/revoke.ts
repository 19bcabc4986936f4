import { StagesApi } from "@goauthentik/api/dist/apis/StagesApi";
import type { Invitation } from "@goauthentik/api/dist/models/Invitation";
import { ApiError } from "../../api/api-error";
import type { Authentik } from "../../api/authentik";
import { show } from "../../config/problems";
import { Failure } from "../../delivery/failure";
import { visible } from "../../delivery/visible";
import type { Context, Outcome } from "../command";
import { table } from "../wording";
import { sendOnce } from "../writes";
import { invitations, isOver, named, shown, until, whom } from "./invitations";

export interface RevokeOptions {
  /** Whether all that are over are deleted.  @default false */
  readonly expired?: boolean;
  /** Whether those to other flows are deleted as well.  @default false */
  readonly all?: boolean;
}

/**
 * Deletes one invitation, or all that are over.
 * @throws Failure on wrong usage, on a name that none has, and on one that several have
 * @throws ApiError when nothing could be deleted
 */
export async function revoke(
  context: Context,
  name: string | undefined,
  { all = false, expired = false }: RevokeOptions,
): Promise<Outcome> {
  if ((name === undefined) !== expired) {
    throw new Failure("invite: revoke must be given a name or code, or else --expired", 2);
  }
  const authentik = await context.authentik();
  if (name === undefined) return revokeExpired(context, authentik, all);
  const code = codeIn(name);
  const invitation = await context.progress.step("looking for the invitation", () =>
    code === undefined ? byName(authentik, name) : byCode(authentik, code),
  );
  await context.progress.step("revoking it", () => remove(authentik, invitation));
  return outcome([invitation]);
}

const UUID = "[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}";

/** The code, given as it is, without dashes, or as a link; such a text is no name, which an error would show. */
function codeIn(text: string): string | undefined {
  const [, found] = new RegExp(`^(?:.*[?&]i?token=)?(${UUID})(?![0-9a-z-])`, "i").exec(text.trim()) ?? [];
  return found?.replaceAll("-", "").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

async function byCode(authentik: Authentik, inviteUuid: string): Promise<Invitation> {
  try {
    return await hiding(inviteUuid, () =>
      authentik.use(StagesApi).stagesInvitationInvitationsRetrieve({ inviteUuid: inviteUuid.toLowerCase() }),
    );
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== "notFound") throw error;
    const remedy = "it was used up, revoked or over already";
    throw new Failure(`invite: the code must be that of an invitation, got one that none has; ${remedy}`);
  }
}

async function byName(authentik: Authentik, name: string): Promise<Invitation> {
  const [found, ...others] = await named(authentik, name);
  if (found === undefined) {
    throw new Failure(
      `invite: the name must be that of an invitation, got ${show(name)}; authentik-iac invite list says which there are`,
    );
  }
  if (others.length === 0) return found;
  const rows = [found, ...others].map((one) => {
    const { createdBy, for: filled } = shown(one);
    return [`  for ${whom(filled)}`, until(one.expires), `made by ${createdBy}`];
  });
  throw new Failure(
    `invite: the name must be that of one invitation, got ${show(name)}, which ${others.length + 1} have; revoke the one you mean by its code, or in authentik under Directory, Invitations:\n${table(rows)}`,
  );
}

async function revokeExpired(context: Context, authentik: Authentik, all: boolean): Promise<Outcome> {
  const over = await context.progress.step("reading the invitations", async () => {
    const found: Invitation[] = [];
    for await (const one of invitations(authentik, { all })) if (isOver(one)) found.push(one);
    return found;
  });
  const done: Invitation[] = [];
  for (const one of over) {
    try {
      await context.progress.step(`revoking ${visible(one.name)}`, () => remove(authentik, one));
      done.push(one);
    } catch (error) {
      if (!(error instanceof ApiError) || done.length === 0) throw error;
      return outcome(done, { left: over.filter((other) => !done.includes(other)), error: error.message });
    }
  }
  return outcome(done);
}

/** Deletes an invitation; one that somebody else deleted meanwhile is gone as well. */
function remove(authentik: Authentik, { name, pk }: Invitation): Promise<unknown> {
  const stages = authentik.use(StagesApi);
  return hiding(pk, () =>
    sendOnce(
      `the invitation ${show(name)} was revoked`,
      () => gone(() => stages.stagesInvitationInvitationsDestroy({ inviteUuid: pk })),
      async () =>
        (await gone(() => stages.stagesInvitationInvitationsRetrieve({ inviteUuid: pk }))) ? undefined : true,
    ),
  );
}

/** Does something with an object; nothing comes back when it is not there. */
async function gone(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.kind === "notFound") return false;
    throw error;
  }
}

/** Keeps the code out of an error, which names the path. */
async function hiding<T>(code: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new ApiError(error.kind, error.message.replaceAll(new RegExp(code, "gi"), "(code)"), error.status);
  }
}

function outcome(
  revoked: readonly Invitation[],
  rest?: { readonly left: readonly Invitation[]; readonly error: string },
): Outcome {
  const document = {
    revoked: revoked.map(shown),
    ...(rest && { left: rest.left.map(shown), error: rest.error }),
  };
  const lines = [
    ...revoked.map((one) => `revoked ${visible(one.name)}, which was for ${visible(whom(shown(one).for))}`),
    ...(rest?.left ?? []).map((one) => `not revoked: ${visible(one.name)}`),
    ...(rest === undefined ? [] : [rest.error]),
  ];
  const text = lines.length === 0 ? "no invitation is over" : lines.join("\n");
  return { document, text, problems: rest !== undefined };
}
