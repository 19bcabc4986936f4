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
  private readonly known = new Map<unknown, string>();

  constructor(
    private readonly section: T,
    private readonly basis: Basis,
    private readonly more: (object: Live) => object,
  ) {}

  /** The section; nothing when nothing is in it. */
  site(): typeof this.records | undefined {
    return Object.keys(this.records).length === 0 ? undefined : this.records;
  }

  /** The key of a policy or mapping; undefined when the site leaves it out. */
  keyOf(object: Live): string | undefined {
    const known = this.known.get(object.pk) ?? this.add(object);
    this.known.set(object.pk, known);
    return this.basis.leftOut.has(`${this.section}.${known}`) ? undefined : known;
  }

  private add(object: Live): string {
    const name = textOf(object, "name") ?? String(object.pk);
    const own = /^iac-custom-(.+)$/.exec(name)?.[1];
    const key = this.keys.of(name, own);
    const text = textOf(object, "expression") ?? "";
    const isModule = text.endsWith(ENDING);
    const file = `policies/${this.section === "policies" ? "" : "scope_"}${key.replaceAll("-", "_")}.py`;
    const record = given({
      name: own === undefined ? name : undefined,
      file: `./${file}`,
      form: isModule ? undefined : "body",
      ...this.more(object),
    });
    if (this.basis.leftOut.has(`${this.section}.${key}`)) return key;
    this.files.set(file, `${isModule ? text.slice(0, -ENDING.length) : text}\n`);
    this.records[key] = record as NonNullable<SiteInput[T]>[string];
    return key;
  }
}
