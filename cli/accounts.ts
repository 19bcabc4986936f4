import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import type { User } from "@goauthentik/api/dist/models/User";
import { pages } from "../api/pages";
import { lineOfKey } from "../config/json";
import type { Site } from "../config/load";
import { suggest } from "../config/names";
import { show } from "../config/problems";
import { Failure } from "../delivery/failure";
import { siteFile } from "./environment";
import type { Context } from "./command";

/**
 * The account of exactly this username.
 * @param command what an error begins with
 * @throws Failure naming the nearest username
 */
export async function findAccount(context: Context, command: string, username: string): Promise<User> {
  const core = (await context.authentik()).use(CoreApi);
  const found = await context.progress.step("looking for the account", () => accountNamed(core, username));
  if (found !== undefined) return found;
  const names = await context.progress.step("reading the usernames", () => usernames(core));
  throw new Failure(
    `${command}: the username must be one that authentik has, got ${show(username)}; ${suggest(username, names)}`,
  );
}

/** The account of exactly this username; nothing when there is none. */
export async function accountNamed(core: CoreApi, username: string): Promise<User | undefined> {
  const { results } = await core.coreUsersList({ username });
  return results.find((user) => user.username === username);
}

/** Whether an account is a machine's. */
export function isService({ type }: Pick<User, "type">): boolean {
  return type === "service_account" || type === "internal_service_account";
}

async function usernames(core: CoreApi): Promise<string[]> {
  const found: string[] = [];
  for await (const user of pages((page) =>
    core.coreUsersList({ ...page, includeGroups: false, includeRoles: false }),
  )) {
    if (!isService(user)) found.push(user.username);
  }
  return found;
}

/** Where somebody stands in users.json, such as `users.json:12`; nothing when they do not. */
export function entryOf({ people, users }: Site, username: string): string | undefined {
  if (users === undefined || people.every((person) => person.username !== username)) return undefined;
  const text = readFileSync(resolve(dirname(siteFile()), users), "utf8");
  const line = lineOfKey(text, ["users", username]);
  return line === undefined ? users : `${users}:${line}`;
}
