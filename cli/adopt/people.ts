import { createHash } from "node:crypto";
import { join } from "node:path";
import { list } from "../../access/stack";
import type { Authentik } from "../../api/authentik";
import { RawApi } from "../../api/raw";
import type { Json } from "../../api/raw";
import { locate, show } from "../../config/problems";
import { usersShape } from "../../config/schema";
import { flattenIssue, shapeError } from "../../config/shape-errors";
import { checkCredentials } from "../../config/vault-rules";
import type { Progress } from "../../delivery/progress";
import { Counting } from "./counting";
import type { Instance } from "./instance";
import type { Listed } from "./listed";
import { RecordFile } from "./record-file";
import type { Order } from "./settle";

export interface PeopleOptions {
  /** Where users.json and imports.json are written. */
  readonly folder: string;
  /** What is there besides people, to call groups by their names.  @default - they are called by their pks */
  readonly instance?: Instance;
  /** The key of a group of the site, by its pk; undefined for any other. */
  readonly keyOfGroup: (pk: unknown) => string | undefined;
  /** Import ids by address, of what was adopted besides people; it stands first in imports.json. */
  readonly imports: ReadonlyMap<string, string>;
  /** The order of lists of what was adopted besides people.  @default - as the site has them */
  readonly order?: Order;
  /** Usernames of the members of groups that stand for the people an app names, by pk.  @default - whoever says so */
  readonly members?: ReadonlyMap<unknown, readonly string[]>;
  readonly progress: Progress;
}

export interface PeopleWritten {
  readonly usernames: ReadonlySet<string>;
  readonly count: number;
  /** Whom users.json cannot say, and why. */
  readonly notes: readonly Listed[];
  /** Usernames of those whose groups the first plan sends again, in another order. */
  readonly reordered: readonly string[];
  /** Accounts of machines, and akadmin: no people of a site. */
  readonly skipped: number;
}

/** The way back in, which stays out of Terraform. */
const ADMINISTRATOR = "akadmin";
const PEOPLE: readonly unknown[] = ["internal", "external"];
/** Where the provider puts people. */
const PATH = "users";
const STAYS = "it stays as it is";

/**
 * Writes the people of an instance into users.json and imports.json, page by page and in the order of their usernames. Of
 * whom it has written only the names are kept.
 * @throws ApiError when authentik cannot be asked
 */
export async function writePeople(authentik: Authentik, options: PeopleOptions): Promise<PeopleWritten> {
  const users = new RecordFile(join(options.folder, "users.json"), "users");
  const imports = new RecordFile(join(options.folder, "imports.json"), "imports", beforeImports(options));
  try {
    for (const [address, id] of options.imports) imports.add(address, JSON.stringify(id));
    return await read(authentik, options, (username, person, pk) => {
      users.add(username, written(person));
      imports.add(personAddress(username), JSON.stringify(String(pk)));
    });
  } finally {
    users.end();
    imports.end();
  }
}

function beforeImports({ order = {} }: PeopleOptions): { order?: Order } {
  return Object.keys(order).length === 0 ? {} : { order };
}

async function read(
  authentik: Authentik,
  options: PeopleOptions,
  write: (username: string, person: Person, pk: unknown) => void,
): Promise<PeopleWritten> {
  const counting = new Counting(options.progress, "people");
  const judge = new Judge(options);
  const usernames = new Set<string>();
  const notes: Listed[] = [];
  const reordered: string[] = [];
  let skipped = 0;
  // When people come and go meanwhile, somebody may be on two pages.
  const seen = new Set<unknown>();
  const query = { ordering: "username", include_groups: false, include_roles: false };
  for await (const user of authentik.use(RawApi).list("core/users", query)) {
    if (seen.has(user.pk)) continue;
    seen.add(user.pk);
    counting.add();
    const username = String(user.username);
    if (!PEOPLE.includes(user.type) || username.toLowerCase() === ADMINISTRATOR) {
      skipped++;
      continue;
    }
    const judged = judge.person(user, username);
    if ("why" in judged) {
      notes.push({ what: `person ${username}`, why: judged.why });
      continue;
    }
    usernames.add(username);
    if (judged.isReordered) reordered.push(username);
    write(username, judged.person, user.pk);
  }
  return { usernames, count: usernames.size, notes, reordered, skipped };
}

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** The address of somebody in a site's stacks: made of the name with what Terraform takes for a template escaped. */
export function personAddress(username: string): string {
  const name = username.replaceAll(/[$%](?=\{)/g, "$&$&");
  return `authentik_user.people_${SLUG.test(name) ? name : hashed(name)}`;
}

function hashed(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return slug === "" ? hash : `${slug}-${hash}`;
}

/** Somebody as users.json says it. */
interface Person {
  readonly name: unknown;
  readonly email: unknown;
  readonly groups: readonly string[];
  readonly active?: false;
  readonly type?: "external";
}

type Judged = { readonly person: Person; readonly isReordered: boolean } | { readonly why: string };

/** Says people as users.json does, or why it cannot. */
class Judge {
  private readonly names = new Set<string>();
  /** Groups that stand for the people an app names. */
  private readonly appGroups: ReadonlySet<unknown>;
  /** Those groups by the usernames that the site has for them. */
  private readonly named = new Map<string, unknown[]>();

  constructor(private readonly options: PeopleOptions) {
    const adopted = [...options.imports].filter(([address]) => address.startsWith(APP_GROUP));
    this.appGroups = new Set(adopted.map(([, pk]) => pk));
    for (const pk of this.appGroups) {
      for (const name of options.members?.get(pk) ?? []) this.named.set(name, [...(this.named.get(name) ?? []), pk]);
    }
  }

  person(user: Json, username: string): Judged {
    const groups = list(user.groups);
    const person: Person = {
      name: user.name,
      email: user.email,
      groups: groups.flatMap((pk) => this.options.keyOfGroup(pk) ?? []),
      ...(user.is_active === false ? { active: false } : {}),
      ...(user.type === "external" ? { type: "external" } : {}),
    };
    const why =
      obstacle(user) ??
      this.namesake(username) ??
      this.otherGroup(groups) ??
      this.moved(username, groups) ??
      shapeProblem(username, person);
    return why === undefined ? { person, isReordered: this.isReordered(groups) } : { why };
  }

  private namesake(username: string): string | undefined {
    const name = username.toLowerCase();
    if (this.names.has(name)) return `must differ from other usernames in more than upper and lower case; ${STAYS}`;
    this.names.add(name);
    return undefined;
  }

  private otherGroup(groups: readonly unknown[]): string | undefined {
    const other = groups.find((pk) => this.options.keyOfGroup(pk) === undefined && !this.appGroups.has(pk));
    if (other === undefined) return undefined;
    return `must be in groups of the site alone, got the group ${show(this.nameOf(other))}; ${STAYS}`;
  }

  /** Whoever came into such a group since it was read, or left it, would be put back by the first plan. */
  private moved(username: string, groups: readonly unknown[]): string | undefined {
    if (this.options.members === undefined) return undefined;
    const [named, has] = [this.named.get(username) ?? [], groups.filter((pk) => this.appGroups.has(pk))];
    const other = has.find((pk) => !named.includes(pk)) ?? named.find((pk) => !has.includes(pk));
    if (other === undefined) return undefined;
    return `must stay in the same groups while all is read, got the group ${show(this.nameOf(other))} that changed; adopt again`;
  }

  private nameOf(group: unknown): unknown {
    return this.options.instance?.get("core/groups", group)?.["name"] ?? group;
  }

  /** In a plan, groups that stand for the people of an app come last. */
  private isReordered(groups: readonly unknown[]): boolean {
    const first = groups.findIndex((pk) => this.appGroups.has(pk));
    return first >= 0 && groups.slice(first).some((pk) => !this.appGroups.has(pk));
  }
}

const APP_GROUP = "authentik_group.identity_app-groups_";

/** What users.json has no word for. */
function obstacle({ path }: Json): string | undefined {
  if (path !== PATH) return `must have the path ${JSON.stringify(PATH)}, got ${show(path)}; ${STAYS}`;
  return undefined;
}

function shapeProblem(username: string, person: Person): string | undefined {
  const users = { [username]: person };
  const result = usersShape.safeParse({ users }, { error: shapeError });
  const [issue] = result.success ? [] : result.error.issues.flatMap(flattenIssue);
  if (issue !== undefined) {
    const { field } = locate(issue.path);
    return `${field === "" ? "" : `${field} `}${issue.message}; ${STAYS}`;
  }
  // What no record can have as a key is passed over without a word.
  if (!Object.hasOwn(result.data?.users ?? {}, username))
    return `must be another name, got ${show(username)}; ${STAYS}`;
  return checkCredentials(users)[0]?.text;
}

/** Why nobody of a username can be in users.json; nothing for a name that can. */
export function unusable(username: string): string | undefined {
  return shapeProblem(username, { name: "Somebody", email: "person@example.org", groups: [] });
}

/** As wide as the project's files are. */
const WIDTH = 120;
const INDENT = "      ";

/** Somebody as users.json has them. */
function written({ active, email, groups, name, type }: Person): string {
  const members = Object.entries({ name, email, groups, active, type }).filter(([, value]) => value !== undefined);
  const lines = members.map(([member, value]) => {
    const line = `${INDENT}${JSON.stringify(member)}: ${Array.isArray(value) ? inOneLine(value) : JSON.stringify(value)}`;
    return line.length < WIDTH || !Array.isArray(value)
      ? line
      : `${INDENT}${JSON.stringify(member)}: ${inLines(value)}`;
  });
  return `{\n${lines.join(",\n")}\n    }`;
}

function inOneLine(elements: readonly unknown[]): string {
  return `[${elements.map((element) => JSON.stringify(element)).join(", ")}]`;
}

function inLines(elements: readonly unknown[]): string {
  return `[\n${elements.map((element) => `${INDENT}  ${JSON.stringify(element)}`).join(",\n")}\n${INDENT}]`;
}
