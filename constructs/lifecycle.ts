import type { TerraformResource, TerraformResourceLifecycle } from "cdktf";

/**
 * A lifecycle that leaves alone what is not set among the given arguments. The provider never sends an empty value for
 * them (or would wipe what people set themselves), so an argument taken out of config would otherwise be planned for
 * removal for ever.
 * @see https://github.com/goauthentik/terraform-provider-authentik/issues/886
 */
export function leaveUnset(
  values: Readonly<Record<string, unknown>>,
  others: TerraformResourceLifecycle = {},
): TerraformResourceLifecycle | undefined {
  const names = Object.keys(values).filter((name) => values[name] === undefined);
  const lifecycle = names.length === 0 ? others : { ...others, ignoreChanges: names };
  return Object.keys(lifecycle).length === 0 ? undefined : lifecycle;
}

/** A lifecycle for Kubernetes objects, which controllers label and annotate as they please. */
export const leaveLabels: TerraformResourceLifecycle = {
  ignoreChanges: ["metadata[0].annotations", "metadata[0].labels"],
};

/** A resource's address, for arguments that take addresses and no expressions: `depends_on`, `replace_triggered_by`. */
export function addressOf(resource: TerraformResource): string {
  return `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;
}
