/**
 * A stand-in for an authentik with people and OIDC apps, until its stdin ends: says where it is first, and at its end how
 * often it was asked. Arguments: people, apps.
 */
import { App, TerraformStack } from "cdktf";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyStacks } from "../__tests__/server/apply";
import { startAuthentik } from "../__tests__/server/authentik";
import { readSite } from "../config/load";
import { checkConstructs } from "../stacks/checks";
import { addStacks } from "../stacks/site-stacks";

const [people = "0", apps = "0"] = process.argv.slice(2);
const GROUPS = 20;
const numbered = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${String(index)}`);

function site(): object {
  const groups = numbered(GROUPS, "group");
  const app = (name: string, index: number): object => ({
    kind: "oidc",
    name,
    access: { groups: [groups[index % GROUPS]] },
    redirectUris: [`https://${name}.example.org/callback`],
    launchUrl: `https://${name}.example.org`,
  });
  return {
    name: "bench",
    version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
    authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
    groups: Object.fromEntries(groups.map((name) => [name, {}])),
    apps: Object.fromEntries(numbered(Number(apps), "app").map((name, index) => [name, app(name, index)])),
  };
}

async function serve(): Promise<void> {
  const server = await startAuthentik({ withDefaults: true });
  const stacks = new App({ outdir: mkdtempSync(join(tmpdir(), "bench-")) });
  addStacks(stacks, readSite(site(), { folder: __dirname, source: "bench", checks: checkConstructs }));
  const json = stacks.node.children
    .filter((child) => TerraformStack.isStack(child))
    .map((stack) => {
      stack.prepareStack();
      return JSON.parse(JSON.stringify(stack.toTerraform())) as Record<string, unknown>;
    });
  applyStacks(server, json);
  const groups = server.objects("core/groups").filter(({ name }) => String(name).startsWith("group-"));
  const someone = (username: string, index: number): Record<string, unknown> => ({
    username,
    name: `Person ${String(index)}`,
    email: `${username}@example.org`,
    groups: [groups[index % GROUPS]?.["pk"], groups[(index * 7 + 1) % GROUPS]?.["pk"]],
    // As large as what people's settings come to.
    attributes: { settings: { locale: "en", notes: "x".repeat(1000) } },
  });
  server.add("core/users", ...numbered(Number(people), "person").map(someone));
  console.log(JSON.stringify({ url: server.url, token: server.token }));
  process.stdin.resume().on("end", () => {
    console.log(JSON.stringify({ requests: server.requests.length }));
    void server.stop();
  });
}

void serve();
