import { looksLikeToken } from "../../config/problems";
import type { SiteInput } from "../../config/schema";
import type { Live } from "./instance";
import { Keys } from "./keys";
import { given, textOf } from "./basis";
import type { Basis } from "./basis";

/** What the constructs append to a Python module, so that authentik runs it. */
const ENDING = "\n\nreturn evaluate(request)";

/** A section of a site whose records name a Python file, filled as its records are asked for. */
export class Expressions<T extends "policies" | "scopeMappings"> {
  private readonly records: Record<string, NonNullable<SiteInput[T]>[string]> = {};
  /** The files, by their path beside the site. */
  readonly files = new Map<string, string>();
  private readonly keys = new Keys();
  /** Keys of all that an instance has, so that none depends on which apps are read. */
  private readonly keyByPk = new Map<unknown, string>();
  private readonly added = new Set<unknown>();

  constructor(
    private readonly section: T,
    private readonly basis: Basis,
    private readonly more: (object: Live) => object,
  ) {
    const all = basis.instance.all(section === "policies" ? "policies/expression" : "propertymappings/provider/scope");
    const isOwn = (object: Live): boolean => ownKey(object) !== undefined;
    for (const object of [...all.filter(isOwn), ...all.filter((one) => !isOwn(one))]) this.assign(object);
  }

  /** The section; nothing when nothing is in it. */
  site(): typeof this.records | undefined {
    return Object.keys(this.records).length === 0 ? undefined : this.records;
  }

  /** The key of a policy or mapping; undefined when the site leaves it out. */
  keyOf(object: Live): string | undefined {
    const key = this.keyByPk.get(object.pk) ?? this.assign(object);
    const why = this.basis.leftOut.get(`${this.section}.${key}`) ?? credentialIn(object);
    if (why === undefined) {
      this.add(object, key);
      return key;
    }
    const noun = this.section === "policies" ? "policy" : "scope mapping";
    this.basis.notes.push({ what: `${noun} ${textOf(object, "name") ?? String(object.pk)}`, why });
    return undefined;
  }

  private assign(object: Live): string {
    const key = this.keys.of(textOf(object, "name") ?? String(object.pk), ownKey(object));
    this.keyByPk.set(object.pk, key);
    return key;
  }

  private add(object: Live, key: string): void {
    if (this.added.has(object.pk)) return;
    this.added.add(object.pk);
    const text = textOf(object, "expression") ?? "";
    const isModule = text.endsWith(ENDING);
    const file = `policies/${this.section === "policies" ? policyFile(key) : fileName(`scope-${key}`)}`;
    const record = given({
      name: key === ownKey(object) ? undefined : (textOf(object, "name") ?? String(object.pk)),
      file: `./${file}`,
      form: isModule ? undefined : "body",
      ...this.more(object),
    });
    this.files.set(file, `${isModule ? text.slice(0, -ENDING.length) : text}\n`);
    this.records[key] = record as NonNullable<SiteInput[T]>[string];
  }
}

/** The key that a site made the name of. */
function ownKey(object: Live): string | undefined {
  return /^iac-custom-(.+)$/.exec(textOf(object, "name") ?? "")?.[1];
}

/** Files of a site are kept where many read them. */
function credentialIn(object: Live): string | undefined {
  if (!looksLikeToken(textOf(object, "expression") ?? "")) return undefined;
  return "holds what looks like a credential (not shown), which has no place in a file; take it out there, and adopt again";
}

/** A policy's file, which is called like that of no scope. */
function policyFile(key: string): string {
  return fileName(/^(policy|scope)-/.test(key) ? `policy-${key}` : key);
}

function fileName(key: string): string {
  return `${key.replaceAll("-", "_")}.py`;
}
