import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAndWrite, loadNamedSite, renderedJson } from "../../delivery/workspace";
import { Checkout } from "./site";

const checkout = new Checkout("https://auth.example.org");
beforeEach(() => {
  checkout.reset();
});
afterAll(() => {
  checkout.remove();
});

test("writes the stacks in order of apply", () => {
  const { site, stacks } = loadAndWrite();
  expect(site.name).toBe("lab");
  expect(stacks.map(({ name, file }) => [name, file])).toEqual([
    ["authentik-platform", "cdktf.out/stacks/authentik-platform/cdk.tf.json"],
    ["authentik", "cdktf.out/stacks/authentik/cdk.tf.json"],
    ["authentik-users", "cdktf.out/stacks/authentik-users/cdk.tf.json"],
  ]);
  for (const { file, folder, json } of stacks) {
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(json);
    expect(existsSync(join(folder, "cdk.tf.json"))).toBe(true);
  }
});

test("brings along the lock file of the rendered stack, where there is one", () => {
  checkout.render("authentik", ".terraform.lock.hcl", "# checked\n");
  const [platform, identity] = loadAndWrite().stacks;
  expect(readFileSync(join(identity?.folder ?? "", ".terraform.lock.hcl"), "utf8")).toBe("# checked\n");
  expect(existsSync(join(platform?.folder ?? "", ".terraform.lock.hcl"))).toBe(false);
});

test("reads the layout of AUTHENTIK_LAYOUT unless another is asked for", () => {
  process.env.AUTHENTIK_LAYOUT = "single";
  expect(loadNamedSite().layout).toBe("single");
  expect(loadNamedSite("split").layout).toBe("split");
});

test("finds what is rendered", () => {
  const site = loadNamedSite();
  expect(renderedJson(site, "authentik")).toBeUndefined();
  checkout.render("authentik", "cdk.tf.json", '{ "resource": {} }');
  expect(renderedJson(site, "authentik")).toEqual({ resource: {} });
});
