import type { Problem, Rule } from "../finding";
import { at, eachBlock, problem } from "../finding";
import type { Block, Leaf, Stack } from "../stack";
import type { Reference } from "../template";
import type { Identity } from "./identities";
import { attributeFor, familyOf, identityOf, kindOfType } from "./identities";
import type { Want } from "./wants";
import { wanted } from "./wants";

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/i;

/** What an adopted object may have, and an empty text takes away: the provider sends it, and reads nothing as it. */
const CLEARED = new Set(
  ["captcha_stage", "password_stage", "webauthn_stage"].map((name) => `authentik_stage_identification.${name}`),
);

/** Arguments that name another object refer to it, by the key and of the kind that the server wants. */
export const identitiesMatch = eachBlock(function* (block, stack) {
  if (block.mode !== "resource" || !block.type.startsWith("authentik_")) return;
  for (const leaf of block.leaves) {
    const want = wanted(block.type, leaf.argument);
    const isCleared = leaf.value === "" && CLEARED.has(`${block.type}.${leaf.argument}`);
    if (want && !(isCleared && stack.imported.has(block.address))) yield* mismatch(leaf, want, stack);
  }
});

/** What an import reads has the key by which the provider imports the resource. */
export const importIdsMatch: Rule = function* (stack) {
  for (const section of stack.section("import")) {
    const target = typeof section.body["to"] === "string" ? stack.find(section.body["to"]) : undefined;
    const identity = target && identityOf("resource", target.type, "id");
    const id = section.leaves.find(({ argument }) => argument === "id");
    if (!identity || identity.form === "other id" || !id || id.references.length === 0) continue;
    for (const found of mismatch(id, { form: identity.form, kinds: [identity.kind] }, stack)) {
      yield at(section.address, found);
    }
  }
};

/** Objects are found by slug or name: a uuid in config is true for one server only. An import is of one server's object. */
export const noUuids: Rule = function* (stack) {
  for (const block of stack.everything) {
    if (block.mode === "section" && block.type === "import") continue;
    for (const { isComment, path, value } of block.leaves) {
      if (isComment || typeof value !== "string" || !UUID.test(value)) continue;
      yield at(block.address, problem("literal-uuid", `${path} holds a uuid; look the object up by its slug or name`));
    }
  }
};

function* mismatch(leaf: Leaf, want: Want, stack: Stack): Generator<Problem> {
  const { path, references, template, value } = leaf;
  if (value === null) return;
  if (value === "") {
    yield problem("literal-reference", `${path} is empty; refer to ${article(want.kinds)} or leave it out`);
  } else if (references.length === 0) {
    yield problem("literal-reference", `${path} holds a literal; refer to ${article(want.kinds)} or look one up`);
  } else if (template?.whole !== true) {
    yield problem("wrong-identity", `${path} has text around its reference; give the reference alone`);
  } else {
    for (const reference of references) yield* misfit(path, reference, want, stack);
  }
}

function* misfit(path: string, reference: Reference, want: Want, stack: Stack): Generator<Problem> {
  const target = stack.find(reference.address);
  // What goes through terraform_data loses its identity here, but not its value.
  if (!target || (target.type === "terraform_data" && reference.attribute !== "id")) return;
  const identity =
    reference.attribute === undefined ? undefined : identityOf(target.mode, target.type, reference.attribute);
  const wish = `${path} wants the ${want.form} of ${article(want.kinds)}`;
  const kind = kindOfType(target.type);
  if (kind === undefined || !want.kinds.some((wantedKind) => isOf(kind, wantedKind))) {
    const what = kind === undefined ? target.type : article([kind]);
    yield problem("wrong-kind", `${wish}, and ${reference.text} belongs to ${what}`);
  } else if (identity?.form !== want.form) {
    const what = identity ? `is ${aForm(identity.form)}` : "is no key";
    yield problem("wrong-identity", `${wish}, and ${reference.text} ${what}${remedy(target, want.form)}`);
  }
}

function remedy(target: Block, form: Identity["form"]): string {
  const attribute = attributeFor(target.mode, target.type, form);
  return attribute === undefined ? "" : `; use ${target.address}.${attribute}`;
}

function isOf(kind: string, want: string): boolean {
  return kind === want || familyOf(kind) === want || kind === `${familyOf(want)}:*`;
}

function article(kinds: readonly string[]): string {
  return kinds.map((kind) => (/^[aeiou]/.test(kind) ? `an ${named(kind)}` : `a ${named(kind)}`)).join(" or ");
}

/** `stage:password` is spelled `stage (password)`. */
function named(kind: string): string {
  const [family = kind, member] = kind.split(":");
  return member === undefined || member === "*" ? family : `${family} (${member})`;
}

function aForm(form: Identity["form"]): string {
  return form === "other id" ? "no key of it" : /^[aeio]/.test(form) ? `an ${form}` : `a ${form}`;
}
