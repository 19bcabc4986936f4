import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import type { Token } from "@goauthentik/api/dist/models/Token";
import type { User } from "@goauthentik/api/dist/models/User";
import { ApiError } from "../../api/api-error";
import type { Authentik } from "../../api/authentik";
import { show } from "../../config/problems";
import { Failure } from "../../delivery/failure";
import { randomSecret } from "../../delivery/vault";
import { accountNamed } from "../accounts";
import { sendOnce } from "../writes";

/** The attribute by which an account is known as one of these; its value is what the account is for. */
const MARK = "authentik-iac";

/**
 * Refuses to go on with the token of anybody but a superuser.
 * @throws Failure saying whose it is
 */
export async function requireSuperuser(authentik: Authentik): Promise<void> {
  const { user } = await authentik.use(CoreApi).coreUsersMeRetrieve();
  if (user.isSuperuser) return;
  throw new Failure(
    `token: the token this runs with must be a superuser's, got that of ${show(user.username)}; a token that anybody else makes belongs to whoever makes it`,
  );
}

/**
 * The account of a name, if it is one of these.
 * @throws Failure when it is somebody else's
 */
export async function ownAccount(authentik: Authentik, username: string, purpose: string): Promise<User | undefined> {
  const account = await accountNamed(authentik.use(CoreApi), username);
  const isOurs = account?.attributes?.[MARK] === purpose && account.type === "service_account";
  if (account === undefined || isOurs) return account;
  throw new Failure(
    `token: the account ${show(username)} must be one that this command made for ${purpose}, got another; choose a --name that makes another username`,
  );
}

/** The account, made when there is none. */
export async function makeAccount(authentik: Authentik, username: string, purpose: string): Promise<User> {
  const find = (): Promise<User | undefined> => ownAccount(authentik, username, purpose);
  const make = (): Promise<User> =>
    authentik.use(CoreApi).coreUsersCreate({
      userRequest: {
        username,
        name: username,
        type: "service_account",
        path: "goauthentik.io/service-accounts",
        groups: [],
        roles: [],
        attributes: { [MARK]: purpose },
      },
    });
  return (await find()) ?? sendOnce(`the account ${show(username)} was made`, make, find);
}

/**
 * The token of an account, made when there is none; it does not expire.
 * @throws Failure when the identifier is another account's
 */
export async function makeToken(
  authentik: Authentik,
  account: User,
  { identifier, intent }: { readonly identifier: string; readonly intent: "api" | "app_password" },
): Promise<void> {
  const core = authentik.use(CoreApi);
  const find = (): Promise<Token | undefined> => orNothing(() => core.coreTokensRetrieve({ identifier }));
  const make = (): Promise<Token> =>
    core.coreTokensCreate({
      tokenRequest: {
        identifier,
        intent,
        user: account.pk,
        description: "Made by authentik-iac token create",
        expiring: false,
      },
    });
  const token = (await find()) ?? (await sendOnce(`the token ${show(identifier)} was made`, make, find));
  if (token.user === account.pk && token.intent === intent && token.expiring === false) return;
  throw new Failure(
    `token: the token ${show(identifier)} must be ${show(account.username)}'s, of intent ${intent} and without end, got another; delete it in authentik under Directory, Tokens`,
  );
}

/** The key of a token; authentik writes down that it was looked at. */
export async function keyOf(authentik: Authentik, identifier: string): Promise<string> {
  return (await authentik.use(CoreApi).coreTokensViewKeyRetrieve({ identifier })).key;
}

/** Gives a token another key; the one before is good for nothing then. */
export async function renewKey(authentik: Authentik, identifier: string): Promise<string> {
  const key = randomSecret();
  return sendOnce(
    `the token ${show(identifier)} was given another key`,
    async () => {
      await authentik.use(CoreApi).coreTokensSetKeyCreate({ identifier, tokenSetKeyRequest: { key } });
      return key;
    },
    async () => ((await keyOf(authentik, identifier)) === key ? key : undefined),
  );
}

async function orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError && error.kind === "notFound") return undefined;
    throw error;
  }
}
