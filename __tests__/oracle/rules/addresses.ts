import type { Finding, Problem, Rule } from "../finding";
import { at, problem } from "../finding";
import { objectAt, textAt } from "../json";
import type { Block, Stack } from "../stack";

/** `moved`, `import` and `removed` blocks name resources that are there, or are gone, as they need. */
export const statedAddresses: Rule = function* (stack) {
  for (const [type, check] of [
    ["moved", moved],
    ["import", imported],
    ["removed", removed],
  ] as const) {
    const seen = new Set<string>();
    for (const section of stack.section(type)) {
      for (const found of check(section, stack)) yield at(section.address, found);
      const key = type === "import" ? section.body["to"] : section.body["from"];
      if (typeof key !== "string") continue;
      if (seen.has(key)) yield at(section.address, problem(`${type}-address`, `${key} stands in two ${type} blocks`));
      seen.add(key);
    }
    if (type === "moved") yield* twoToOne(stack);
  }
};

/** Of two resources only one can become another. */
function* twoToOne(stack: Stack): Generator<Finding> {
  const seen = new Set<string>();
  for (const { address, body } of stack.section("moved")) {
    const { to } = body;
    if (typeof to !== "string") continue;
    if (seen.has(to)) yield at(address, problem("moved-address", `two moved blocks lead to ${to}; keep one`));
    seen.add(to);
  }
}

function* moved({ body }: Block, stack: Stack): Generator<Problem> {
  const { from, to } = body;
  if (typeof from !== "string" || typeof to !== "string") {
    yield problem("moved-address", "a moved block needs the addresses from and to");
    return;
  }
  if (stack.find(from)) yield problem("moved-address", `${from} is moved away and still in this stack; remove one`);
  if (!stack.find(to)) yield problem("moved-address", `${from} is moved to ${to}, which is not in this stack`);
  if (from.split(".")[0] !== to.split(".")[0]) {
    yield problem("moved-address", `${from} cannot be moved to ${to}, which is of another type`);
  }
}

function* imported({ body }: Block, stack: Stack): Generator<Problem> {
  const { id } = body;
  const to = textAt(body, "to");
  if (to === undefined || !stack.find(to)) {
    yield problem("import-address", `${to ?? "nothing"} is imported and not in this stack; declare it`);
  }
  if (typeof id !== "string" || id === "") yield problem("import-address", "an import block needs an id");
}

function* removed({ body }: Block, stack: Stack): Generator<Problem> {
  const { from } = body;
  if (typeof from !== "string") {
    yield problem("removed-address", "a removed block needs the address from");
  } else if (!/^(?!data\.)[\w-]+\.[\w-]+$/.test(from)) {
    yield problem("removed-address", `from must be the address of a resource, type.name, got "${from}"`);
  } else if (stack.find(from)) {
    yield problem("removed-address", `${from} is removed and still in this stack; remove one`);
  }
  if (objectAt(body, "lifecycle")["destroy"] !== false) {
    yield problem("removed-address", "a removed block must say lifecycle.destroy = false, or it deletes the object");
  }
}
