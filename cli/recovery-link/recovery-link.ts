import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import { StagesApi } from "@goauthentik/api/dist/apis/StagesApi";
import type { User } from "@goauthentik/api/dist/models/User";
import type { Authentik } from "../../api/authentik";
import { pages } from "../../api/pages";
import type { Site } from "../../config/load";
import { show } from "../../config/problems";
import { Failure } from "../../delivery/failure";
import { visible } from "../../delivery/visible";
import { entryOf, findAccount, isService } from "../accounts";
import { ownUrl } from "../environment";
import type { Context, Outcome } from "../command";
import { distance, facts, moment } from "../wording";
import { isLost, noted } from "../writes";

export interface RecoveryLinkOptions {
  /** How long the link is good for (5 to 1440). */
  readonly minutes: number;
  /** Whether it is sent to their address, and not shown.  @default false */
  readonly email?: boolean;
}

/**
 * Makes a link that signs somebody in and lets them set a password, or has authentik send it.
 * @throws Failure before anything is made, when there is no recovery, or the account is none for it
 * @throws ApiError when it cannot be made
 */
export async function recoveryLink(
  context: Context,
  username: string,
  { email = false, minutes }: RecoveryLinkOptions,
): Promise<Outcome> {
  const site = context.site();
  if (email) refuseElsewhere(site);
  const authentik = await context.authentik();
  const flow = await context.progress.step("looking for the recovery", () => recoveryFlow(authentik, site));
  const account = await findAccount(context, "recovery-link", username);
  checkAccount(account, site);
  const duration = { tokenDuration: `minutes=${minutes}` };
  const ends = new Date(Date.now() + minutes * 60_000);
  if (email) {
    const emailStage = await context.progress.step("looking for its e-mail", () => emailStageOf(authentik, flow));
    const address = addressOf(account);
    await context.progress.step("sending the link", () => send(authentik, account, { ...duration, emailStage }));
    return { document: { ...about(account, ends), sentTo: address }, text: sentText(account, address, ends) };
  }
  const made = await context.progress.step("making the link", () => make(authentik, account, duration));
  const link = atHome(made, site);
  return { document: { ...about(account, ends), link }, text: text(account, link, ends) };
}

/** Slug of the flow that the brand of authentik's public address recovers accounts by. */
async function recoveryFlow(authentik: Authentik, { recovery }: Site): Promise<string> {
  const { flowRecovery, matchedDomain } = await authentik.use(CoreApi).coreBrandsCurrentRetrieve();
  if (flowRecovery !== undefined) return flowRecovery;
  const remedy =
    recovery === undefined ? "give the site recovery: {} and a brand of its own, or adopt.brand, and deploy" : "deploy";
  throw new Failure(
    `recovery-link: the brand ${show(matchedDomain)} must have a recovery flow, got none; ${remedy} first`,
  );
}

/** authentik makes links to where it was asked, which may be a port that is forwarded for a moment. */
function isElsewhere({ authentik }: Site): boolean {
  const url = ownUrl();
  return url !== undefined && new URL(url).origin !== new URL(authentik.url).origin;
}

function refuseElsewhere(site: Site): void {
  if (!isElsewhere(site)) return;
  throw new Failure(
    `recovery-link: --email must be asked for at ${site.authentik.url}, got another AUTHENTIK_URL, to which the link in the e-mail would lead; leave one of the two out`,
  );
}

/** A link as people reach it. */
function atHome(link: string, site: Site): string {
  if (!isElsewhere(site) || !URL.canParse(link)) return link;
  const { hash, pathname, search } = new URL(link);
  return `${new URL(site.authentik.url).origin}${pathname}${search}${hash}`;
}

function checkAccount(account: User, site: Site): void {
  const name = show(account.username);
  if (isService(account)) {
    const remedy = "a machine has a token, which authentik-iac token create makes";
    throw new Failure(`recovery-link: the account must be a person's, got the service account ${name}; ${remedy}`);
  }
  if (account.isActive !== false) return;
  const entry = entryOf(site, account.username);
  const remedy = entry === undefined ? "activate it in authentik first" : `set "active" at ${entry} and deploy first`;
  throw new Failure(`recovery-link: the account must be active, got ${name}, which is not; ${remedy}`);
}

/** The stage by which a recovery flow sends its e-mail. */
async function emailStageOf(authentik: Authentik, flow: string): Promise<string> {
  const stages = authentik.use(StagesApi);
  for await (const stage of pages((page) => stages.stagesEmailList(page))) {
    if (stage.flowSet.some(({ slug }) => slug === flow)) return stage.pk;
  }
  const remedy = "leave --email out, and give them the link yourself";
  throw new Failure(`recovery-link: the flow ${show(flow)} must have an e-mail stage, got none; ${remedy}`);
}

function addressOf({ email = "", username }: User): string {
  if (email !== "") return email;
  const remedy = "give them one, or leave --email out";
  throw new Failure(
    `recovery-link: the account must have an e-mail address, got none for ${show(username)}; ${remedy}`,
  );
}

/** Made again, a link is the same one with another end, so that nothing is left of a lost answer. */
async function make(authentik: Authentik, { pk }: User, duration: { tokenDuration: string }): Promise<string> {
  const core = authentik.use(CoreApi);
  const answer = core.coreUsersRecoveryCreate({ id: pk, userRecoveryLinkRequest: duration });
  return (await told(answer, "if it was made, nobody has seen it: run it again, which makes the same link")).link;
}

async function send(
  authentik: Authentik,
  { pk }: User,
  userRecoveryEmailRequest: { emailStage: string; tokenDuration: string },
): Promise<void> {
  const core = authentik.use(CoreApi);
  const answer = core.coreUsersRecoveryEmailCreate({ id: pk, userRecoveryEmailRequest });
  await told(answer, "nobody knows whether it was sent: ask them before you run it again, which sends another");
}

/** What comes of a request; when its answer is lost, the error says what that means. */
async function told<T>(answer: Promise<T>, lost: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isLost(error) ? noted(error, lost) : error;
  }
}

function about({ isSuperuser, name, username }: User, ends: Date): object {
  return { username, name, superuser: isSuperuser, expires: ends.toISOString() };
}

function text(account: User, link: string, ends: Date): string {
  const { isSuperuser, username } = account;
  const power = isSuperuser ? ", who may do everything in authentik" : "";
  return [
    link,
    "",
    aboutText(account, "one use, ", ends),
    "",
    `Whoever opens it first is signed in as ${visible(username)}${power}. Give it to nobody else; it is shown this once.`,
  ].join("\n");
}

function sentText(account: User, address: string, ends: Date): string {
  return `sent to ${visible(address)}\n\n${aboutText(account, "", ends)}`;
}

function aboutText({ name, username }: User, use: string, ends: Date): string {
  return facts([
    ["for", name === "" ? username : `${name}, ${username}`],
    ["good for", `${use}until ${moment(ends)} (${distance(ends)})`],
  ]);
}
