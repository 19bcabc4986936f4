import { VaultSecret } from "../../constructs/vault-secret";
import type { VaultSecretProps } from "../../constructs/vault-secret";
import { all, only, synth } from "../synth";

const password = { mount: "secret", path: "authentik/database", key: "password" };
const user = { ...password, key: "user-name" };

test("a path is opened once, however many of its fields are read", () => {
  const json = synth(({ vault }) => {
    vault.ephemeral(password);
    vault.ephemeral(user);
    vault.stored(password);
    vault.stored(user);
  });
  expect(Object.values(json.ephemeral?.vault_kv_secret_v2 ?? {})).toMatchObject([
    { mount: "secret", name: "authentik/database" },
  ]);
  expect(Object.values(json.data?.vault_kv_secret_v2 ?? {})).toMatchObject([
    { mount: "secret", name: "authentik/database" },
  ]);
});

test("paths that look alike stay apart", () => {
  const json = synth(({ vault }) => {
    for (const path of ["a/b", "a-b", "a.b"]) vault.ephemeral({ ...password, path });
  });
  expect(Object.keys(json.ephemeral?.vault_kv_secret_v2 ?? {})).toHaveLength(3);
});

describe("VaultSecret", () => {
  const props = {
    name: "authentik-config",
    namespace: "authentik",
    revision: 1,
    data: { PASSWORD: password, USER: user },
  };
  const block = (change: Partial<VaultSecretProps> = {}): Record<string, unknown> =>
    only(
      synth(({ stack, vault }) => new VaultSecret(stack, "secret", { ...props, vault, ...change })),
      "kubernetes_secret_v1",
    );

  test("the default child is the Secret", () => {
    synth(({ stack, vault }) => {
      const secret = new VaultSecret(stack, "secret", { ...props, vault });
      expect(secret.node.defaultChild).toBe(secret.resource);
    });
  });

  test("its values are ephemeral and write-only", () => {
    const address = "ephemeral.vault_kv_secret_v2.vault_secret-authentik-database-695488ca.data";
    expect(block()).toEqual({
      metadata: { name: "authentik-config", namespace: "authentik" },
      type: "Opaque",
      lifecycle: {
        create_before_destroy: true,
        ignore_changes: ["metadata[0].annotations", "metadata[0].labels"],
      },
      data_wo: { PASSWORD: `\${${address}.password}`, USER: `\${${address}["user-name"]}` },
      data_wo_revision: expect.any(Number) as number,
    });
  });

  test("is written again when its revision or the place of a value changes, and only then", () => {
    const { data_wo_revision: before } = block();
    expect(block({ data: { USER: user, PASSWORD: password } }).data_wo_revision).toBe(before);
    expect(block({ revision: 2 }).data_wo_revision).not.toBe(before);
    expect(block({ data: { PASSWORD: { ...password, path: "authentik/db" }, USER: user } }).data_wo_revision).not.toBe(
      before,
    );
  });

  test("its checksum changes with it", () => {
    synth(({ stack, vault }) => {
      const checksums = [1, 1, 2].map(
        (revision, index) => new VaultSecret(stack, `s${index}`, { ...props, vault, revision }).checksum,
      );
      expect(checksums[0]).toBe(checksums[1]);
      expect(checksums[2]).not.toBe(checksums[0]);
    });
  });
});

test("nothing of it is an ordinary argument", () => {
  const json = synth(({ stack, vault }) => {
    new VaultSecret(stack, "secret", { name: "a", namespace: "b", revision: 1, data: { PASSWORD: password }, vault });
  });
  expect(all(json, "kubernetes_secret_v1").secret).not.toHaveProperty("data");
});
