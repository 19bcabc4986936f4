import { externalSecret } from "../../constructs/external-secret";
import type { ExternalSecretProps } from "../../constructs/external-secret";

const props: ExternalSecretProps = {
  name: "authentik-config",
  store: { name: "onepassword", kind: "SecretStore" },
  data: { SECRET_KEY: { key: "authentik", property: "secret key" }, PASSWORD: { key: "database" } },
  revision: 1,
};
const checksum = (change: Partial<ExternalSecretProps>): string => externalSecret({ ...props, ...change }).checksum;

test("an ExternalSecret that makes a Secret of its name, with a key that tells what it was made from", () => {
  const { object, readyKey, checksum: sum, name } = externalSecret(props);
  expect(name).toBe("authentik-config");
  expect(readyKey).toBe(`IAC_SECRET_${sum.toUpperCase()}`);
  expect(readyKey).toMatch(/^IAC_SECRET_[0-9A-F]{16}$/);
  expect(object).toEqual({
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name: "authentik-config" },
    spec: {
      refreshInterval: "1h",
      secretStoreRef: { name: "onepassword", kind: "SecretStore" },
      target: {
        name: "authentik-config",
        creationPolicy: "Owner",
        deletionPolicy: "Retain",
        template: { type: "Opaque", engineVersion: "v2", mergePolicy: "Merge", data: { [readyKey]: "true" } },
      },
      data: [
        { secretKey: "PASSWORD", remoteRef: { key: "database" } },
        { secretKey: "SECRET_KEY", remoteRef: { key: "authentik", property: "secret key" } },
      ],
    },
  });
});

test("how often the store is asked says nothing about the values", () => {
  expect(externalSecret({ ...props, refreshInterval: "5m" }).object.spec).toMatchObject({ refreshInterval: "5m" });
  expect(checksum({ refreshInterval: "5m" })).toBe(checksum({}));
});

test("the order of the keys does not matter", () => {
  expect(checksum({ data: Object.fromEntries(Object.entries(props.data).reverse()) })).toBe(checksum({}));
});

test.each<[string, Partial<ExternalSecretProps>]>([
  ["revision", { revision: 2 }],
  ["store", { store: { name: "vault", kind: "SecretStore" } }],
  ["kind of store", { store: { name: "onepassword", kind: "ClusterSecretStore" } }],
  ["place of a value", { data: { ...props.data, PASSWORD: { key: "database", property: "password" } } }],
])("another %s is another checksum", (_, change) => {
  expect(checksum(change)).not.toBe(checksum({}));
});
