import { nameOf } from "../objects";
import type { Change, Plan, Values } from "../plan";
import { kindOf, stand } from "./wording";
import type { Standing } from "./wording";

/** What a fresh authentik has, by type and the name it goes by. */
const SHIPPED: readonly (readonly [RegExp, RegExp])[] = [
  [/^authentik_(flow|stage|policy|event)(_|$)/, /^(default-|initial-setup$|stage-default-)/],
  [/^authentik_property_mapping_/, /^authentik default /],
  [/^authentik_brand$/, /^authentik-default$/],
  [/^authentik_certificate_key_pair$/, /^authentik Self-signed Certificate$/],
  [/^authentik_group$/, /^authentik (Admins|Read-only)$/],
  [/^authentik_outpost$/, /^authentik Embedded Outpost$/],
  [/^authentik_rbac_role$/, /^authentik Read-only$/],
  [/^authentik_service_connection_/, /^Local (Kubernetes Cluster|Docker connection)$/],
  [/^authentik_user$/, /^akadmin$/],
];

/** Something destroyed that was there before it was managed: adopted, or made by authentik itself. */
export function adoptedDestroyed({ changes, kept }: Plan, alsoKept: ReadonlySet<string>): Standing[] {
  return changes.flatMap((change): Standing[] => {
    const { address, type, action, destroys, previousAddress } = change;
    if (!destroys) return [];
    const isKept = [address, previousAddress ?? address].some((one) => kept.has(one) || alsoKept.has(one));
    const isOwn = !isShipped(type, change.before);
    if (isOwn && !isKept) return [];
    return [
      stand("adopted-destroyed", [address], {
        where: address,
        rule: `stay, since ${isOwn ? "it was adopted or is never to be destroyed" : "authentik made it itself"}`,
        got: `${action} of ${kindOf(type)}${quoted(change)}`,
        remedy: remedy(change),
      }),
    ];
  });
}

function isShipped(type: string, values: Values | undefined): boolean {
  const name = nameOf(type, values);
  if (type === "authentik_brand" && values?.default === true) return true;
  return name !== undefined && SHIPPED.some(([types, names]) => types.test(type) && names.test(name));
}

function quoted({ name }: Change): string {
  return name === undefined ? "" : ` "${name}"`;
}

function remedy({ action, address }: Change): string {
  if (action === "replace") return "find out what replaces it, and undo that";
  return `let it leave the state alone with removed { from = ${address}, lifecycle { destroy = false } }`;
}
