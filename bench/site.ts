/** A site of N apps, from its config to its JSON. Arguments: N, folder to write to. */
import { App } from "cdktf";
import { readSite } from "../config/load";
import { checkConstructs } from "../stacks/checks";
import { addStacks } from "../stacks/site-stacks";
import { synth } from "../stacks/synth";
import { report } from "./report";

const [count = "0", outdir = ""] = process.argv.slice(2);
const app = {
  kind: "oidc",
  name: "App",
  access: { groups: ["staff"] },
  redirectUris: ["https://app.example.org/callback"],
};

report(() => {
  const site = readSite(
    {
      name: "bench",
      version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
      authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
      groups: { staff: {} },
      apps: Object.fromEntries(Array.from({ length: Number(count) }, (_, index) => [`app-${index}`, app])),
    },
    { folder: __dirname, source: "bench", checks: checkConstructs },
  );
  const stacks = new App({ outdir });
  addStacks(stacks, site);
  synth(stacks);
});
