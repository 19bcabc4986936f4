import { compareStacks } from "../../../delivery/compare";
import type { StackJson } from "../../../delivery/compare";
import { guard } from "../../../delivery/guards";
import { readPlan } from "../../../delivery/plan";
import { plan, texts, names, group } from "../fixtures/guarded";
import { ref, shownPlan } from "../fixtures/shown-plan";
import type { Given } from "../fixtures/shown-plan";

const PROVIDER = "authentik_provider_oauth2.identity_apps_wiki_provider";
const provider = (id: string, rest: object = {}): Given => ({
  [PROVIDER]: {
    name: "wiki",
    client_id: id,
    allowed_redirect_uris: [{ url: "https://wiki.example.org/callback", matching_mode: "strict" }],
    ...rest,
  },
});
const app = (address = PROVIDER): Given => ({
  "authentik_application.identity_apps_wiki": { slug: "wiki", name: "Wiki", protocol_provider: ref(address) },
});
const state = { ...provider("wiki"), ...app() };
const TEXT = `client-id-replaced: ${PROVIDER}: must keep the client id "wiki", by which its app signs people in, got "other"; say clientId: "wiki" in the app's record, or let client-id-replaced pass`;

test("refuses another id in place, and by a replacement", () => {
  const config = { ...provider("other"), ...app() };
  expect(texts(plan({ state, config }))).toEqual([TEXT]);
  expect(texts(plan({ state, config, replaced: { [PROVIDER]: "replace_by_triggers" } }))).toEqual([TEXT]);
});

test("refuses one that is not known yet, and does not tell a secret one", () => {
  const config = { ...provider("x", { client_id: ref("authentik_group.identity_groups_new") }), ...app() };
  expect(texts(plan({ state, config }))[0]).toContain("got one that is not known here; say clientId:");
  const shown = shownPlan({ state, config: { ...provider("other"), ...app() } });
  const secret = (shown.resource_changes as { address: string; change: object }[]).map((change) =>
    change.address === PROVIDER
      ? {
          ...change,
          change: { ...change.change, before_sensitive: { client_id: true }, after_sensitive: { client_id: true } },
        }
      : change,
  );
  expect(texts(readPlan({ ...shown, resource_changes: secret }))).toEqual([
    `client-id-replaced: ${PROVIDER}: must keep the client id one that is not known here, by which its app signs people in, got one that is not known here; give it the one it had, or let client-id-replaced pass`,
  ]);
});

const SECOND = "authentik_provider_oauth2.identity_apps_wiki_second";
const second = (id: string, rest: object = {}): Given => ({
  [SECOND]: { name: "second", client_id: id, ...rest },
});

test("refuses another provider of the same app", () => {
  const swapped = plan({ state, config: { ...second("other"), ...app(SECOND) } });
  expect(guard(swapped, { maxRemovals: 3 })).toEqual([
    {
      guard: "client-id-replaced",
      addresses: [PROVIDER, SECOND],
      text: TEXT.replace(PROVIDER, SECOND).replace("client-id-replaced: ", ""),
    },
  ]);
});

test("refuses another provider of an app that is made again with its slug", () => {
  const again = {
    "authentik_application.identity_apps_new": { slug: "wiki", name: "Wiki", protocol_provider: ref(SECOND) },
  };
  expect(names(plan({ state, config: { ...second("other"), ...again } }))).toEqual(["client-id-replaced", "renamed"]);
  expect(names(plan({ state, config: { ...second("wiki"), ...again } }))).toEqual(["renamed", "renamed"]);
});

test("refuses another provider with the same redirect URIs", () => {
  const redirects = { allowed_redirect_uris: [{ url: "https://wiki.example.org/callback" }] };
  expect(names(plan({ state: provider("wiki"), config: second("other", redirects) }))).toEqual([
    "client-id-replaced",
    "renamed",
  ]);
  expect(names(plan({ state: provider("wiki"), config: second("other") }))).not.toContain("client-id-replaced");
  const local = { allowed_redirect_uris: [{ url: "http://localhost:8000/callback" }] };
  expect(
    names(
      plan({
        state: { ...provider("wiki", local), ...group("staff") },
        config: { ...second("other", local), ...group("staff") },
      }),
    ),
  ).toEqual([]);
});

test("passes a new secret, another redirect URI, a new app and one that goes", () => {
  expect(names(plan({ state, config: state, replaced: { [PROVIDER]: "replace_by_triggers" } }))).toEqual([]);
  expect(
    names(
      plan({
        state,
        config: { ...provider("wiki", { allowed_redirect_uris: [{ url: "https://other.example.org" }] }), ...app() },
      }),
    ),
  ).toEqual([]);
  expect(names(plan({ state, config: { ...state, ...second("second") } }))).toEqual([]);
  expect(names(plan({ state: { ...state, ...second("second") }, config: second("second") }))).toEqual([]);
  expect(names(plan({ state, config: { ...second("wiki"), ...app(SECOND) } }))).toEqual(["renamed"]);
});

test("passes an app that no longer is one of OpenID Connect", () => {
  const proxy = {
    "authentik_provider_proxy.identity_apps_wiki_provider": {
      name: "wiki",
      external_host: "https://wiki.example.org",
    },
  };
  expect(
    names(plan({ state, config: { ...proxy, ...app("authentik_provider_proxy.identity_apps_wiki_provider") } })),
  ).toEqual([]);
});

test("sees it in rendered stacks", () => {
  const stack = (id: string): StackJson => ({
    resource: { authentik_provider_oauth2: { identity_apps_wiki_provider: { name: "wiki", client_id: id } } },
  });
  expect(texts(compareStacks(stack("wiki"), stack("other")))).toEqual([TEXT]);
  const swap = (name: string, id: string): StackJson => ({
    resource: {
      authentik_application: {
        identity_apps_wiki: { slug: "wiki", protocol_provider: `\${authentik_provider_oauth2.${name}.id}` },
      },
      authentik_provider_oauth2: { [name]: { name, client_id: id } },
    },
  });
  expect(names(compareStacks(swap("one", "wiki"), swap("two", "other")))).toEqual(["client-id-replaced"]);
});

test("says it once of an app that is swapped and sends people back to the same place", () => {
  const redirects = { allowed_redirect_uris: [{ url: "https://wiki.example.org/callback" }] };
  const found = names(plan({ state, config: { ...second("other", redirects), ...app(SECOND) } }));
  expect(found.filter((name) => name === "client-id-replaced")).toHaveLength(1);
});

test("knows redirect URIs in any order", () => {
  const [a, b] = [{ url: "https://a.example.org" }, { url: "https://b.example.org" }];
  const before = provider("wiki", { allowed_redirect_uris: [a, b] });
  expect(names(plan({ state: before, config: second("other", { allowed_redirect_uris: [b, a] }) }))).toContain(
    "client-id-replaced",
  );
  expect(names(plan({ state: before, config: second("other", { allowed_redirect_uris: [b] }) }))).not.toContain(
    "client-id-replaced",
  );
});

test("passes a provider that stays, with the redirect URIs of one that goes", () => {
  const redirects = { allowed_redirect_uris: [{ url: "https://wiki.example.org/callback" }] };
  const merged = { ...second("second", redirects), ...group("staff") };
  expect(
    names(plan({ state: { ...provider("wiki"), ...second("second"), ...group("staff") }, config: merged })),
  ).toEqual([]);
  const kept = { ...provider("wiki"), ...group("staff") };
  expect(names(plan({ state: kept, config: { ...kept, ...second("second", redirects) } }))).toEqual([]);
});

test("passes client ids that are not those of apps", () => {
  const source = (id: string): Given => ({ "authentik_source_plex.identity_plex": { slug: "plex", client_id: id } });
  expect(names(plan({ state: source("a"), config: source("b") }))).toEqual([]);
});
