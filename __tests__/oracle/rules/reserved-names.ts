import { eachBlock, problem } from "../finding";

/** Objects that every server has from its first start, by type and argument; case tells groups apart, and no usernames. */
const RESERVED: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  authentik_user: ["username", ["akadmin"]],
  authentik_group: ["name", ["authentik Admins", "authentik Read-only"]],
};

/** What the server makes itself is looked up or adopted, never created. */
export const serversOwnObjects = eachBlock(function* ({ address, body, mode, type }, stack) {
  const [argument, names] = RESERVED[type] ?? [];
  if (mode !== "resource" || argument === undefined || stack.imported.has(address)) return;
  const name = body[argument];
  if (typeof name !== "string") return;
  if (names?.includes(argument === "username" ? name.toLowerCase() : name) !== true) return;
  yield problem("reserved-name", `${argument} "${name}" is on every server already; look it up`);
});
