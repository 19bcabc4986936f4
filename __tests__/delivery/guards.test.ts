import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { GUARDS } from "../../config/delivery-shape";
import { guard } from "../../delivery/guards";
import { readPlan } from "../../delivery/plan";
import { plan, texts, names, person, people, group, inGroup } from "./fixtures/guarded";
import { shownPlan } from "./fixtures/shown-plan";
import type { Given, Situation } from "./fixtures/shown-plan";

describe("every guard", () => {
  const situations: Situation[] = [
    { state: people("a", "b", "c", "d", "e"), config: people("x") },
    {
      state: { ...group("admins", { is_superuser: true }), ...person("ann", { groups: [inGroup("admins")] }) },
      config: group("admins", { is_superuser: true }),
    },
    {
      state: { ...group("a"), "authentik_flow.identity_f": { slug: "default-f", name: "f" } },
      config: { "authentik_group.identity_groups_b": { name: "a" } },
    },
    { state: group("a"), config: group("a"), replaced: { "authentik_group.identity_groups_a": "replace_by_request" } },
    { state: group("a"), config: people("x") },
    {
      state: { "authentik_provider_oauth2.identity_p": { name: "p", client_id: "a" } },
      config: { "authentik_provider_oauth2.identity_p": { name: "p", client_id: "b" } },
    },
  ];

  test("is met by one of these", () => {
    expect(new Set(situations.flatMap((situation) => names(plan(situation))))).toEqual(new Set(GUARDS));
  });

  test("says nothing of sides that are the same", () => {
    for (const { state = {} } of situations)
      expect(names(plan({ state, config: state }), { maxRemovals: 0 })).toEqual([]);
  });

  test("says the same whatever the order of changes", () => {
    fc.assert(
      fc.property(fc.constantFrom(...situations), fc.infiniteStream(fc.nat()), (situation, dice) => {
        const shown = shownPlan(situation);
        const changes = (shown.resource_changes as object[]).map((change) => ({
          change,
          at: dice.next().value as number,
        }));
        const mixed = changes.sort((a, b) => a.at - b.at).map(({ change }) => change);
        expect(texts(readPlan({ ...shown, resource_changes: mixed }))).toEqual(texts(readPlan(shown)));
      }),
    );
  });

  test("says the same beside objects that have nothing to do with it, whatever happens to them", () => {
    const unrelated = fc.dictionary(
      fc.stringMatching(/^zz[a-z]{4}$/),
      fc.constantFrom("create", "delete", "update", "keep"),
      { maxKeys: 6 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...situations), unrelated, ({ state = {}, config = {}, ...rest }, fates) => {
        const side = (without: string, value: string): Given =>
          Object.fromEntries(
            Object.entries(fates).flatMap(([id, fate]) =>
              fate === without
                ? []
                : [[`authentik_rbac_role.other_${id}`, { name: id + (fate === "update" ? value : "") }]],
            ),
          );
        const beside = {
          ...rest,
          state: { ...state, ...side("create", "a") },
          config: { ...config, ...side("delete", "b") },
        };
        expect(texts(plan(beside))).toEqual(texts(plan({ ...rest, state, config })));
      }),
    );
  });

  describe("docs/guards.md", () => {
    const docs = readFileSync(join(__dirname, "..", "..", "docs", "guards.md"), "utf8");
    const quotes = [...docs.matchAll(/(?:^> .*\n)+/gm)].map(([quote]) =>
      quote.replaceAll(/^> |\n$/gm, "").replaceAll("\n", " "),
    );
    const [wiki, outpost] = [
      "authentik_provider_oauth2.identity_apps_wiki_provider",
      "authentik_outpost.identity_outposts_embedded",
    ];
    const redirects = { allowed_redirect_uris: [{ url: "https://wiki.example.org/callback" }] };
    const documented: Situation[] = [
      { state: people("ann", "ben", "cat", "dan") },
      {
        state: { ...group("admins", { is_superuser: true }), ...person("ann", { groups: [inGroup("admins")] }) },
        config: { ...group("admins", { is_superuser: true }), ...person("ann") },
      },
      { state: { [outpost]: { name: "authentik Embedded Outpost" }, ...group("a") }, config: group("a") },
      {
        state: { [wiki]: { name: "wiki", client_id: "wiki" } },
        config: { [wiki]: { name: "wiki", client_id: "other" } },
      },
      { state: { ...group("a"), ...group("b") } },
      {
        state: group("staff"),
        config: group("staff"),
        replaced: { "authentik_group.identity_groups_staff": "replace_because_tainted" },
      },
      { state: person("jane.doe"), config: person("jane.smith", { email: "jane.doe@example.org" }) },
      {
        state: { [wiki]: { name: "wiki", client_id: "x", ...redirects } },
        config: { [wiki.replace("wiki", "docs")]: { name: "docs", client_id: "y", ...redirects } },
      },
      {
        state: { "authentik_flow.identity_login_flow": { slug: "iac-login" } },
        config: { "authentik_flow.identity_signin_flow": { slug: "iac-login" } },
      },
      {
        state: { "authentik_brand.identity_brand": { domain: "auth.example.org" } },
        config: { "authentik_brand.identity_look_brand": { domain: "auth.example.org" } },
      },
    ];

    test("explains each, in order, and no other", () => {
      expect([...docs.matchAll(/^## `([a-z-]+)`$/gm)].map((match) => match[1])).toEqual([...GUARDS]);
    });

    test("quotes what they say", () => {
      const said = documented.flatMap((situation) =>
        guard(plan(situation), { maxRemovals: 3 }).map(({ text }) => text),
      );
      expect(quotes).toHaveLength(documented.length);
      expect(quotes.filter((quote) => !said.includes(quote))).toEqual([]);
    });
  });

  test("ends with its name, by which it is let pass", () => {
    for (const situation of situations) {
      for (const standing of guard(plan(situation), { maxRemovals: 3 }))
        expect(standing.text).toMatch(new RegExp(`, or let ${standing.guard} pass$`));
    }
  });
});
