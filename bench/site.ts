/** A site of N apps of all kinds, from its config to its JSON. Arguments: N, folder to write to. */
import { App } from "cdktf";
import { readSite } from "../config/load";
import { checkConstructs } from "../stacks/checks";
import { addStacks } from "../stacks/site-stacks";
import { synth } from "../stacks/synth";
import { report } from "./report";

const [count = "0", outdir = ""] = process.argv.slice(2);
const common = { name: "App", access: { groups: ["staff"] } };

/** Half of them OpenID Connect, a quarter forward auth, a quarter LDAP. */
function app(index: number): object {
  switch (index % 4) {
    case 2:
      return { ...common, kind: "forward-auth", externalHost: `https://app-${index}.example.org` };
    case 3:
      return { ...common, kind: "ldap" };
    default:
      return { ...common, kind: "oidc", redirectUris: ["https://app.example.org/callback"] };
  }
}

report(() => {
  const site = readSite(
    {
      name: "bench",
      version: { server: "2026.5.6", chart: "2026.5.6", provider: "2026.5.0" },
      authentik: { url: "https://auth.example.org", apiToken: { from: "env" } },
      groups: { staff: {} },
      outposts: { embedded: { form: "in-server" } },
      ldap: { root: "dc=example,dc=org" },
      apps: Object.fromEntries(Array.from({ length: Number(count) }, (_, index) => [`app-${index}`, app(index)])),
    },
    { folder: __dirname, source: "bench", checks: checkConstructs },
  );
  const stacks = new App({ outdir });
  addStacks(stacks, site);
  synth(stacks);
});
