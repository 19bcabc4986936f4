import { mergeLocks, onlyFor, providersOf } from "../../delivery/lock-file";

const block = (source: string, hash: string): string =>
  `provider "${source}" {\n  version     = "1.0.0"\n  constraints = "1.0.0"\n  hashes = [\n    "h1:${hash}",\n  ]\n}\n`;
const stack = {
  terraform: {
    required_providers: {
      authentik: { source: "goauthentik/authentik", version: "1.0.0" },
      helm: { source: "helm", version: "1.0.0" },
      own: { source: "registry.example.org/team/own", version: "1.0.0" },
    },
  },
};

const terraform = [
  "# made by Terraform",
  block("registry.terraform.io/hashicorp/helm", "a"),
  block("registry.terraform.io/goauthentik/authentik", "b"),
  block("registry.terraform.io/hashicorp/vault", "c"),
].join("\n");
const openTofu = [block("registry.opentofu.org/hashicorp/helm", "d"), block("registry.example.org/team/own", "e")].join(
  "\n",
);

test("one file serves both engines, and holds what the stack requires", () => {
  expect(onlyFor(mergeLocks([terraform, openTofu]), stack)).toBe(
    [
      "# Made by `npm run lock`; both engines keep it up to date.\n",
      block("registry.example.org/team/own", "e"),
      block("registry.opentofu.org/hashicorp/helm", "d"),
      block("registry.terraform.io/goauthentik/authentik", "b"),
      block("registry.terraform.io/hashicorp/helm", "a"),
    ].join("\n"),
  );
});

test("what is locked again replaces what was, and the rest stays", () => {
  const again = mergeLocks([terraform, openTofu, block("registry.terraform.io/hashicorp/helm", "new")]);
  expect(again.get("registry.terraform.io/hashicorp/helm")).toContain("h1:new");
  expect(again.get("registry.opentofu.org/hashicorp/helm")).toContain("h1:d");
});

test("a file that was written is read as it was meant", () => {
  const text = onlyFor(mergeLocks([terraform, openTofu]), stack);
  expect(onlyFor(mergeLocks([text]), stack)).toBe(text);
});

test("a stack without providers requires none", () => {
  expect(providersOf({ terraform: {} })).toEqual({});
});
