import type { Site } from "../../config/load";
import type { VaultRef } from "../../config/schema";
import type { Outcome } from "../command";
import { facts } from "../wording";
import type { Names } from "./create";
import type { CreateOptions } from "./options";
import type { Plan } from "./purposes";

/** Where a key is to be kept, and how it gets there. */
interface Keeping {
  readonly ref?: VaultRef;
  readonly words: string;
  /** Reads the key from the keyboard, so that no list of processes shows it. */
  readonly command?: string;
}

/** What a command says that made an account or gave it another key. */
export function outcome(site: Site, options: CreateOptions, plan: Plan, names: Names, key: string): Outcome {
  const { intent, permissions, target } = plan;
  const keeping = keepingOf(site, options, names);
  const bindDn = target?.baseDn === undefined ? undefined : `cn=${names.username},ou=users,${target.baseDn}`;
  const rights = plan.on === undefined ? [...permissions] : [plan.on.permission];
  const document = {
    account: names.username,
    for: options.for,
    token: names.own,
    intent,
    superuser: plan.superuser,
    ...(plan.superuser ? { group: names.own } : { role: names.own, permissions: rights }),
    ...(target && { app: target.slug }),
    ...(bindDn !== undefined && { bindDn }),
    words: plan.words,
    key,
    ...(keeping.ref && { keep: keeping.ref }),
    ...(keeping.command !== undefined && { command: keeping.command }),
  };
  const count = rights.length === 1 ? "1 right" : `${rights.length} rights`;
  const text = [
    facts([
      ["account", names.username],
      [plan.superuser ? "group" : "role", plan.superuser ? names.own : `${names.own}, ${count}`],
      ["bind DN", bindDn],
      [intent === "api" ? "token" : "app password", `${names.own}, without end`],
    ]),
    "",
    ...plan.words,
    "",
    options.rotate === true
      ? "The new key, shown this once; the one before is good for nothing now:"
      : "The key, shown this once:",
    key,
    "",
    keeping.words,
    ...(keeping.command === undefined ? [] : [keeping.command]),
  ];
  return { document, text: text.join("\n") };
}

function keepingOf(site: Site, { for: purpose }: CreateOptions, { username }: Names): Keeping {
  // A place for each account, or the second one's key would take the place of the first one's.
  const place = username.replace(/^iac-/, "authentik/");
  switch (purpose) {
    case "apply":
      return keepingOfApply(site, place);
    case "plan":
      return ownPlace(site, place, "Plans find it in AUTHENTIK_TOKEN.");
    case "netbird":
      return { words: `NetBird is told ExtraConfig.Username "${username}" and the key as ExtraConfig.Password.` };
    case "ldap":
      return { words: "The app is told the bind DN, and the key as its password." };
  }
}

function keepingOfApply(site: Site, place: string): Keeping {
  const { apiToken, bootstrap } = site.authentik;
  if (apiToken.from === "env") return ownPlace(site, place, "Terraform finds it in AUTHENTIK_TOKEN.");
  const { key, mount, path } = apiToken.ref;
  const isFirst = bootstrap?.token.mount === mount && bootstrap.token.path === path && bootstrap.token.key === key;
  if (isFirst) {
    const words = "authentik.apiToken names the place of the bootstrap token, which is better left alone.";
    return ownPlace(site, place, words);
  }
  const words = "The site reads it from Vault; this asks for it, and puts it there:";
  return { ref: apiToken.ref, words, command: command("patch", apiToken.ref) };
}

/** A place of its own, where there is a Vault. */
function ownPlace({ vault }: Site, path: string, words: string): Keeping {
  const [mount] = vault?.mounts ?? [];
  if (mount === undefined) return { words };
  const ref = { mount, path, key: "token" };
  const more = `This asks for it, and puts it at ${mount}/${path} ${ref.key}:`;
  return { ref, words: `${words} ${more}`, command: command("put", ref) };
}

function command(verb: "patch" | "put", { key, mount, path }: VaultRef): string {
  return `read -rs VALUE; printf %s "$VALUE" | vault kv ${verb} -mount=${mount} ${path} ${key}=-`;
}
