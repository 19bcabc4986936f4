import type { IConstruct } from "constructs";

const RENAMED = "authentik-iac/renamed-from";

/** Notes the id a construct had before, so that its resources are moved in the state instead of replaced. */
export function renamedFrom(construct: IConstruct, previousId: string | undefined): void {
  if (previousId !== undefined) construct.node.addMetadata(RENAMED, previousId);
}

/** The id a construct had before, or its own. */
export function previousId(construct: IConstruct): string {
  const entry = construct.node.metadata.find(({ type }) => type === RENAMED);
  return entry === undefined ? construct.node.id : String(entry.data);
}
