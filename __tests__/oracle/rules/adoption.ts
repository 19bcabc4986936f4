import type { Rule } from "../finding";
import { at, problem } from "../finding";
import { objectAt } from "../json";
import { schemaOf } from "../schemas/index";
import { ignores } from "../stack";

/** Arguments that `ignore_changes` does not keep, because the provider never reads them. */
const NEVER_READ: Readonly<Record<string, readonly string[]>> = {
  authentik_stage_user_login: ["network_binding", "geoip_binding"],
};

/** An adopted object is not destroyed with the stack, and nothing of it is reset: every update is a full PUT. */
export const adoptedObjectsKeepTheirValues: Rule = function* (stack) {
  for (const address of stack.imported) {
    const block = stack.find(address);
    if (!block?.type.startsWith("authentik_")) continue;
    const found = (text: string) => at(address, problem("adopted", text));
    if (objectAt(block.body, "lifecycle")["prevent_destroy"] !== true) {
      yield found("an imported object is deleted with the stack; state lifecycle.prevent_destroy");
    }
    const never = NEVER_READ[block.type] ?? [];
    const known = schemaOf(block.mode, block.type)?.arguments ?? new Map<string, never>();
    const open = [...known].filter(([name, { settable, required, computed }]) => {
      const owned = name in block.body || ignores(block, name) || never.includes(name);
      return settable && !required && !computed && !owned;
    });
    if (open.length > 0) {
      const names = open.map(([name]) => name).join(", ");
      yield found(`would reset ${names} of an imported object; state them or put them under ignore_changes`);
    }
    const unread = never.filter((name) => !(name in block.body));
    if (unread.length > 0) yield found(`would reset ${unread.join(" and ")} even under ignore_changes; state them`);
  }
};
