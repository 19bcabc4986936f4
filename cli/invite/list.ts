import type { Context, Outcome } from "../command";
import { distance, table } from "../wording";
import { invitations, shown, whom } from "./invitations";
import type { Shown } from "./invitations";

/**
 * Says which invitations there are, without what would let anybody in.
 * @throws ApiError when authentik cannot be asked
 */
export async function list(context: Context, { all = false }: { readonly all?: boolean }): Promise<Outcome> {
  const authentik = await context.authentik();
  const found = await context.progress.step("reading the invitations", async () => {
    const read: Shown[] = [];
    for await (const invitation of invitations(authentik, { all })) read.push(shown(invitation));
    return read;
  });
  if (found.length === 0) {
    const where = all ? "" : " to this enrollment";
    return { document: { invitations: [] }, text: `there are no invitations${where}` };
  }
  const rows = [
    ["name", "for", "groups", "good for", "ends", "made by", ...(all ? ["flow"] : [])],
    ...found.map((one) => row(one, all)),
  ];
  const text = `${table(rows)}\n\nCodes are secrets and not shown: invite create shows one once.`;
  return { document: { invitations: found }, text };
}

function row(one: Shown, all: boolean): string[] {
  return [
    one.name,
    whom(one.for),
    one.groups.join(", ") || "none",
    one.singleUse ? "one person" : "everybody",
    ending(one),
    one.createdBy,
    ...(all ? [one.flow ?? "every flow"] : []),
  ];
}

function ending({ expired, expires }: Shown): string {
  if (expires === null) return "never";
  return expired ? `over, ${distance(new Date(expires))}` : distance(new Date(expires));
}
