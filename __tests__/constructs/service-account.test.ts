import { ServiceAccount } from "../../constructs/service-account";
import type { ServiceAccountProps } from "../../constructs/service-account";
import { inspect } from "../oracle";
import type { TerraformJson } from "../oracle";
import { addresses, all, only, synth } from "../synth";
import type { Synthesized } from "../synth";

function account(change: Partial<ServiceAccountProps> = {}): Synthesized {
  return synth(({ stack }) => {
    new ServiceAccount(stack, "netbird", {
      username: "netbird",
      tokenIdentifier: "iac-netbird",
      intent: "api",
      ...change,
    });
  });
}

const user = (change: Partial<ServiceAccountProps> = {}): Record<string, unknown> =>
  only(account(change), "authentik_user");
const token = (change: Partial<ServiceAccountProps> = {}): Record<string, unknown> =>
  only(account(change), "authentik_token");
const revisions = (change: Partial<ServiceAccountProps> = {}): unknown[] =>
  Object.values(all(account(change), "terraform_data")).map(({ input }) => input);

const publishTo = { mount: "secret", path: "apps/netbird", keyField: "token" };

test("an account without groups and roles, whose attributes are authentik's own", () => {
  expect(user()).toEqual({
    username: "netbird",
    name: "netbird",
    type: "service_account",
    path: "goauthentik.io/service-accounts",
    is_active: true,
    groups: [],
    roles: [],
    lifecycle: { ignore_changes: ["attributes", "email"] },
  });
});

test("a token that does not expire, and whose key stays on the server", () => {
  expect(token()).toEqual({
    identifier: "iac-netbird",
    user: "${authentik_user.netbird.id}",
    intent: "api",
    expiring: false,
    lifecycle: {
      ignore_changes: ["description"],
      replace_triggered_by: [
        "terraform_data.netbird_token-revision",
        "authentik_user.netbird.id",
        "terraform_data.netbird_publication",
      ],
    },
  });
});

test("passes on every option", () => {
  const groups = ["${authentik_group.bots.id}"];
  const roles = ["${authentik_rbac_role.reader.id}"];
  const options = { name: "NetBird", path: "bots", groups, roles };
  expect(user(options)).toMatchObject({ ...options });
  expect(token({ intent: "app_password", description: "for NetBird" })).toMatchObject({
    intent: "app_password",
    description: "for NetBird",
  });
  expect(token({ description: "for NetBird" }).lifecycle).not.toHaveProperty("ignore_changes");
});

test("its outputs", () => {
  synth(({ stack }) => {
    const made = new ServiceAccount(stack, "bot", { username: "bot", tokenIdentifier: "iac-bot", intent: "api" });
    expect(made.node.defaultChild).toBe(made.resource);
    expect([made.username, made.tokenIdentifier]).toEqual(["bot", "iac-bot"]);
  });
});

describe("the token is replaced", () => {
  test("when its revision is raised, and when its account is, since authentik gives no token to another account", () => {
    expect(revisions()).toEqual([{ revision: 1 }, { published: "no" }]);
    expect(revisions({ tokenRevision: 2 })).toEqual([{ revision: 2 }, { published: "no" }]);
  });

  test("when it is published no longer, and not when publishing begins", () => {
    expect(revisions({ publishTo })).toEqual([{ revision: 1 }, { published: "yes" }]);
    const triggers = (change: Partial<ServiceAccountProps>): unknown =>
      (token(change).lifecycle as Record<string, unknown>).replace_triggered_by;
    // A change of what a token does not name replaces nothing.
    expect(triggers({ publishTo })).toEqual(["terraform_data.netbird_token-revision", "authentik_user.netbird.id"]);
    expect(triggers({})).toContain("terraform_data.netbird_publication");
  });
});

describe("published", () => {
  const json = account({ publishTo: { ...publishTo, fields: { url: "https://auth.example.org" } } });

  test("its key is read, which it is not otherwise", () => {
    expect(only(json, "authentik_token")).toMatchObject({ retrieve_key: true });
    expect(token()).not.toHaveProperty("retrieve_key");
    expect(addresses(account())).not.toContain("vault_kv_secret_v2.netbird_credentials");
  });

  test("the key and its company reach Vault without the state, and again whenever one of them changes", () => {
    const contents = '{"url" = "https://auth.example.org", "token" = authentik_token.netbird_token.key}';
    expect(only(json, "vault_kv_secret_v2")).toEqual({
      mount: "secret",
      name: "apps/netbird",
      data_json_wo: `\${jsonencode(${contents})}`,
      // The publication's output is unknown in the plan that turns publishing on, as the key is.
      data_json_wo_version: `\${parseint(substr(sha256(jsonencode([terraform_data.netbird_publication.output, ${contents}])), 0, 7), 16)}`,
    });
  });
});

test.each<[string, Partial<ServiceAccountProps>]>([
  ["alone", {}],
  ["published", { publishTo }],
])("would apply, and the second plan would be empty: %s", (_, change) => {
  expect(inspect(account(change) as unknown as TerraformJson)).toEqual([]);
});

describe("fails", () => {
  test.each<[string, Partial<ServiceAccountProps>, string]>([
    [
      "on what authentik does not take, all at once",
      { username: " bot", tokenIdentifier: "my token", tokenRevision: 0 },
      'ServiceAccount "test/netbird": tokenRevision must be 1 to 1000000, got 0\n' +
        '  username must be 1 to 150 characters without white space at its ends, got " bot"\n' +
        '  tokenIdentifier must be at most 255 letters, digits, dashes and underscores, got "my token"',
    ],
    [
      "on a username that is too long",
      { username: "b".repeat(151) },
      `username must be 1 to 150 characters without white space at its ends, got "${"b".repeat(151)}"`,
    ],
    ["without a username", { username: "" }, 'white space at its ends, got ""'],
  ])("%s", (_, change, text) => {
    expect(() => account(change)).toThrow(text);
  });
});
