import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PublicInstance } from "../../delivery/instance";
import { lookupsOf, valueOf } from "../../delivery/lookups";
import type { Lookup } from "../../delivery/lookups";
import { startAuthentik } from "../server/authentik";
import type { AuthentikServer } from "../server/authentik";

let authentik: AuthentikServer;
let instance: PublicInstance;

beforeAll(async () => {
  authentik = await startAuthentik({ withDefaults: true });
  authentik.add("sources/oauth", { name: "Social", slug: "social", provider_type: "google" });
  instance = new PublicInstance(`${authentik.url}/`, authentik.token);
});
beforeEach(() => {
  authentik.faults.clear();
});
afterAll(() => authentik.stop());

const lookup = (type: string, block: object): [Lookup, string] => {
  const [found] = lookupsOf([{ data: { [type]: { x: block } } }]).lookups;
  if (found === undefined) throw new Error(`${type} is not looked up`);
  return [found, valueOf(found, new Map()) ?? ""];
};

/** The id of an object of the stand-in. */
const pk = (path: string, key: string, value: string): string => {
  const object = authentik.objects(path).find((values) => values[key] === value);
  return String(object?.pk ?? object?.brand_uuid);
};

test("is ready, with a token that is accepted", async () => {
  expect(await instance.unready()).toBeUndefined();
  expect(await instance.refusal()).toBeUndefined();
});

test.each([
  ["authentik_flow", { slug: "default-invalidation-flow" }, "flows/instances"],
  ["authentik_stage", { name: "default-authentication-login" }, "stages/all"],
  ["authentik_group", { name: "authentik Admins", include_users: false }, "core/groups"],
  ["authentik_user", { username: "akadmin" }, "core/users"],
  ["authentik_outpost", { name: "authentik Embedded Outpost" }, "outposts/instances"],
  [
    "authentik_property_mapping_provider_scope",
    { managed: "goauthentik.io/providers/oauth2/scope-openid" },
    "propertymappings/provider/scope",
  ],
  ["authentik_certificate_key_pair", { name: "authentik Self-signed Certificate" }, "crypto/certificatekeypairs"],
  [
    "authentik_service_connection_kubernetes",
    { name: "Local Kubernetes Cluster" },
    "outposts/service_connections/kubernetes",
  ],
  ["authentik_brand", { domain: "authentik-default" }, "core/brands"],
  ["authentik_source", { slug: "social" }, "sources/all"],
])("finds %s, and nothing of another name", async (type, block: Record<string, unknown>, path) => {
  const [found, value] = lookup(type, block);
  expect(await instance.find(found, value)).toBe(pk(path, found.attribute, value));
  expect(await instance.find(found, "no such thing")).toBeUndefined();
});

test("finds an outpost as the provider does, whatever the case of its name", async () => {
  const [found] = lookup("authentik_outpost", { name: "x" });
  expect(await instance.find(found, "AUTHENTIK embedded outpost")).toMatch(/^[0-9a-f-]{36}$/);
});

test("is not ready while authentik starts behind its router", async () => {
  authentik.faults.set({ notUp: true });
  expect(await instance.unready()).toEqual({ what: "answer", got: "503" });
});

test("is not ready while nobody listens", async () => {
  await authentik.goDown();
  // The connection that is kept from the tests before is cut first.
  await instance.unready();
  expect(await instance.unready()).toEqual({ what: "answer", got: "ECONNREFUSED" });
  await authentik.comeUp();
  expect(await instance.unready()).toBeUndefined();
});

test("is ready when a proxy keeps its health to itself, not when nothing else answers", async () => {
  authentik.script({ path: "/-/health/ready/", status: 404 });
  expect(await instance.unready()).toBeUndefined();
  authentik.script({ path: "/-/health/ready/", status: 404 }, { path: "/root/config/", status: 404 });
  expect(await instance.unready()).toMatchObject({ what: "answer", got: expect.stringMatching(/^404/) as string });
});

describe("something else that answers", () => {
  const seen: (string | undefined)[] = [];
  const other = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.end("<html>Welcome</html>");
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((ready) => other.listen(0, "127.0.0.1", ready));
    url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    other.close();
    other.closeAllConnections();
  });

  test("is not authentik, and gets no token", async () => {
    expect(await new PublicInstance(url, "token").unready()).toEqual({
      what: "answer",
      got: "something that is not authentik",
    });
    expect(seen).toEqual([undefined, undefined]);
  });
});

test("says why a token is refused, and shows the token to nobody", async () => {
  const refused = new PublicInstance(authentik.url, "not-a-token");
  expect(await refused.refusal()).toEqual({ what: "token", got: "403 (Token invalid/expired)" });
  expect(JSON.stringify(refused)).not.toContain("not-a-token");
  const [found, value] = lookup("authentik_flow", { slug: "default-invalidation-flow" });
  expect(await refused.find(found, value)).toMatchObject({ what: "token" });
});

test("flows, and what else its blueprints make, come after it is ready", async () => {
  const [found, value] = lookup("authentik_flow", { slug: "default-invalidation-flow" });
  authentik.faults.set({ withoutFlows: true });
  expect(await instance.unready()).toBeUndefined();
  expect(await instance.find(found, value)).toBeUndefined();
  authentik.faults.set({ withoutFlows: false });
  expect(await instance.find(found, value)).toBeDefined();
});
