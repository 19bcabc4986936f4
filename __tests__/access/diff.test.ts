import { diff } from "../../access/diff";
import { asLog, asMarkdown, asText } from "../../access/print";
import { review } from "../../access/review";
import type { Plan } from "./build";
import { worldOf } from "./build";

const proxy = (host: string, rest: object = {}): Record<string, unknown> & { readonly type: string } => ({
  type: "proxy",
  mode: "forward_single",
  external_host: `https://${host}`,
  access_token_validity: "weeks=4",
  ...rest,
});
const catchAll = { type: "proxy", mode: "forward_domain", cookie_domain: "example.org" };

const plan: Plan = {
  groups: { staff: {}, engineers: { parents: ["staff"] }, admins: { superuser: true }, banned: {} },
  people: { ann: { groups: ["engineers"] }, ben: { groups: ["staff"] }, cat: { groups: ["admins"] } },
  policies: { everyone: "return True", hours: "return in_hours()" },
  defaultAppAccess: false,
  apps: {
    wiki: { name: "Wiki", bindings: [{ group: "staff" }] },
    grafana: {
      name: "Grafana",
      bindings: [{ group: "engineers" }],
      provider: {
        type: "oauth2",
        client_type: "confidential",
        access_token_validity: "minutes=10",
        allowed_redirect_uris: [{ url: "https://grafana.example.org/cb", matching_mode: "strict" }],
      },
    },
    all: { name: "Everything else", bindings: [{ group: "staff" }, { group: "admins" }], provider: catchAll },
  },
};

function app(slug: string, change: object): Plan {
  return { ...plan, apps: { ...plan.apps, [slug]: { ...plan.apps?.[slug], ...change } } };
}

/** Everything a difference says, without the headline. */
function said(after: Plan, before = plan): string[] {
  const lines = asText(review(diff(worldOf(before), worldOf(after)))).split("\n");
  return lines
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => line.trim());
}

function person(id: string, change: object): Plan {
  return { ...plan, people: { ...plan.people, [id]: { ...plan.people?.[id], ...change } } };
}

function group(id: string, change: object): Plan {
  return { ...plan, groups: { ...plan.groups, [id]: { ...plan.groups?.[id], ...change } } };
}

test("nothing", () => {
  expect(asText(review(diff(worldOf(plan), worldOf(plan))))).toBe("Nobody's access changes.\n");
});

describe("people", () => {
  test("join and leave groups", () => {
    expect(said(person("ben", { groups: ["engineers"] }))).toEqual([
      "People",
      "The ben (ben)",
      "joins engineers, leaves staff",
      "+ gains Grafana (now in engineers, which may open it)",
    ]);
    expect(said(person("ann", { groups: [] }))).toEqual([
      "People",
      "The ann (ann)",
      "leaves engineers",
      "- loses Everything else (every other host of example.org) (no longer in engineers, part of staff)",
      "- loses Grafana (no longer in engineers)",
      "- loses Wiki (no longer in engineers, part of staff)",
    ]);
  });

  test("join a group that changes nothing", () => {
    expect(said(person("ann", { groups: ["engineers", "banned"] }))).toEqual([
      "People",
      "The ann (ann)",
      "joins banned",
      "can open what they could before",
    ]);
  });

  test("become superusers, and stop being so", () => {
    const admin = person("ben", { groups: ["staff", "admins"] });
    expect(said(admin)).toEqual([
      "People",
      "The ben (ben)",
      "joins admins",
      "+ becomes a superuser (in admins, whose members may change everything)",
    ]);
    expect(said(plan, admin)).toContain(
      "- is no superuser any more (was in admins, whose members may change everything)",
    );
    expect(diff(worldOf(admin), worldOf(plan)).widened).toBe(false);
  });

  test("come, go, and are switched off and on", () => {
    const { ben, ...others } = plan.people ?? {};
    const without = { ...plan, people: others };
    expect(said(plan, without).slice(1, 5)).toEqual([
      "The ben (ben)",
      "is new",
      "joins staff",
      "+ gains Everything else (every other host of example.org) (in staff)",
    ]);
    expect(said(without)).toEqual([
      "People",
      "The ben (ben)",
      "is removed",
      "leaves staff",
      "- loses Everything else (every other host of example.org) (in staff)",
      "- loses Wiki (in staff)",
    ]);
    expect(said(person("ben", { ...ben, active: false }))).toEqual([
      "People",
      "The ben (ben)",
      "may not sign in any more",
      "- loses Everything else (every other host of example.org) (the account is not active any more)",
      "- loses Wiki (the account is not active any more)",
    ]);
    expect(said(plan, person("ben", { active: false }))).toContain("+ gains Wiki (the account is active again)");
  });

  test("are called otherwise: by a moved block, and at the same address", () => {
    const { ben, ...others } = plan.people ?? {};
    const moved = [{ from: "authentik_user.ben", to: "authentik_user.benny" }];
    const renamed = { ...plan, people: { ...others, benny: { ...ben } }, moved };
    const lines = ["People", "The benny (benny)", "was called ben", "can open what they could before"];
    expect(said(renamed)).toEqual(lines);
    expect(said(person("ben", { username: "benny" }))).toEqual(lines);
    expect(said({ ...renamed, moved: [] }).filter((line) => line.startsWith("is "))).toEqual(["is removed", "is new"]);
  });

  test("machines are told as such", () => {
    const machine = { ...plan, people: { ...plan.people, reader: { type: "service_account" } } };
    expect(said(machine)).toEqual(["People", "the machine reader", "is new"]);
    expect(diff(worldOf(plan), worldOf(machine)).unchanged).toBe(3);
  });
});

describe("groups and bindings", () => {
  test("a group may open an app, and not any more", () => {
    const both = app("grafana", { bindings: [{ group: "engineers" }, { group: "staff" }] });
    expect(said(both)).toEqual([
      "People",
      "The ben (ben)",
      "+ gains Grafana (staff may open it now)",
      "Groups",
      "staff",
      "+ members gain Grafana",
      "Apps",
      "Grafana",
      "open to: engineers → engineers or staff",
    ]);
    expect(said(plan, both)).toContain("- loses Grafana (staff may not open it any more)");
    expect(diff(worldOf(both), worldOf(plan)).widened).toBe(false);
  });

  test("a group gets a parent", () => {
    expect(said(group("admins", { superuser: true, parents: ["staff"] }))).toEqual([
      "People",
      "The cat (cat)",
      "+ gains Wiki (now in admins, part of staff, which may open it)",
      "Groups",
      "admins",
      "becomes part of staff",
      "+ members gain Wiki",
    ]);
  });

  test("a group becomes one of superusers", () => {
    expect(said(group("banned", { superuser: true }))).toEqual(["Groups", "banned", "+ members become superusers"]);
  });

  test("a group that is renamed is the same group", () => {
    expect(said(group("staff", { name: "Everybody here" }))).toEqual(["Groups", "Everybody here", "was called staff"]);
  });

  test("a name that another group had before is not that group", () => {
    const { banned: _, ...rest } = plan.groups ?? {};
    const taken = { ...plan, groups: { ...rest, staff: { name: "banned" } } };
    expect(said(taken, person("cat", { groups: ["banned"] })).slice(0, 4)).toEqual([
      "People",
      "The cat (cat)",
      "joins admins, leaves banned (before)",
      "+ becomes a superuser (in admins, whose members may change everything)",
    ]);
  });

  test("a group nobody is in gains something too", () => {
    const found = diff(
      worldOf(plan),
      worldOf(app("grafana", { bindings: [{ group: "engineers" }, { group: "banned" }] })),
    );
    expect([found.people, found.widened]).toEqual([[], true]);
  });

  test("one is kept out, and all that is asked for is needed", () => {
    const out = { match: "all", bindings: [{ group: "staff" }, { group: "banned", negate: true }] } as const;
    const banned = { ...plan, people: { ...plan.people, ben: { groups: ["staff", "banned"] } } };
    const apps = { ...plan.apps, wiki: { name: "Wiki", ...out } };
    expect(said({ ...banned, apps }, { ...plan, apps })).toContain("- loses Wiki (now in banned, which is kept out)");
    expect(said({ ...plan, apps }, { ...banned, apps })).toContain("+ gains Wiki (no longer in banned)");
    expect(said({ ...banned, apps }, banned)).toContain(
      "- loses Wiki (all it asks for is needed now; in banned, which is kept out)",
    );
  });

  test("everybody, an account, nobody", () => {
    expect(said(app("grafana", { bindings: [{ policy: "everyone" }] }))).toContain(
      "+ gains Grafana (everybody who signs in, by everyone, may open it now)",
    );
    expect(said(app("grafana", { bindings: [{ group: "engineers" }, { user: "cat" }] }))).toContain(
      "+ gains Grafana (the account cat may open it now)",
    );
    expect(said(app("grafana", { bindings: [] }))).toContain(
      "- loses Grafana (it has no binding, and such apps are closed)",
    );
  });

  test("what is decided at login is not guessed", () => {
    const hours = app("grafana", { bindings: [{ group: "engineers" }, { policy: "hours" }] });
    expect(said(hours).slice(0, 3)).toEqual([
      "People",
      "2 accounts: ben and cat",
      "+ may get into Grafana (decided at login by hours)",
    ]);
    expect(said(hours)).toContain("? open to: engineers → engineers or the policy hours");
    expect(said(app("grafana", { match: "all", bindings: [{ group: "engineers" }, { policy: "hours" }] }))).toContain(
      "- keeps Grafana at times only (decided at login by hours)",
    );
  });
});

describe("hosts", () => {
  const own = {
    ...plan.apps,
    traefik: { name: "traefik.example.org", bindings: [{ group: "admins" }], provider: proxy("traefik.example.org") },
  };

  test("a host with a rule of its own is taken from those who could open the domain", () => {
    expect(said({ ...plan, apps: own }).slice(0, 3)).toEqual([
      "People",
      "2 accounts: ann and ben",
      "- loses traefik.example.org (now by a rule of its own, not by Everything else; not in admins)",
    ]);
    expect(said(plan, { ...plan, apps: own }).slice(0, 4)).toEqual([
      "People",
      "traefik.example.org",
      "+ gained by ann (now by Everything else, not by a rule of its own; in engineers, part of staff)",
      "+ gained by ben (now by Everything else, not by a rule of its own; in staff)",
    ]);
  });

  test("nothing answers without an outpost", () => {
    const lines = said({ ...plan, apps: { ...plan.apps, all: { ...plan.apps?.all, served: false } } });
    expect(lines).toContain("3 accounts: ann, ben and cat");
    expect(lines).toContain("- loses Everything else (every other host of example.org) (Everything else is gone)");
    expect(lines).toContain("outposts: outpost → none, so nothing answers");
  });
});

describe("apps", () => {
  const grafana = plan.apps?.grafana?.provider ?? { type: "oauth2" };

  test.each([
    ["a public client", { client_type: "public" }, "+ client: confidential → public", true],
    ["longer tokens", { access_token_validity: "hours=1" }, "+ access token: 10 minutes → 1 hour", true],
    ["shorter tokens", { access_token_validity: "seconds=90" }, "- access token: 10 minutes → 90 seconds", false],
    [
      "another redirect",
      {
        allowed_redirect_uris: [...(grafana.allowed_redirect_uris as object[]), { url: ".*", matching_mode: "regex" }],
      },
      "+ redirect URI new: .* (regex)",
      true,
    ],
    ["no redirect", { allowed_redirect_uris: [] }, "- redirect URI gone: https://grafana.example.org/cb", false],
  ])("%s", (_name, change, line, widened) => {
    const after = app("grafana", { provider: { ...grafana, ...change } });
    expect(said(after)).toEqual(["Apps", "Grafana", line]);
    expect(diff(worldOf(plan), worldOf(after)).widened).toBe(widened);
  });

  test("paths without a sign-in", () => {
    const closed = app("all", { provider: { ...catchAll, skip_path_regex: "no path is open^" } });
    const open = app("all", { provider: { ...catchAll, skip_path_regex: "^/api/" } });
    expect(said(closed)).toEqual([]);
    expect(said(open, closed)).toEqual(["Apps", "Everything else", "+ paths without a sign-in new: ^/api/"]);
    expect(said(closed, open)).toEqual(["Apps", "Everything else", "- paths without a sign-in gone: ^/api/"]);
  });

  test("another kind, name and slug", () => {
    const { wiki, ...others } = plan.apps ?? {};
    const moved = [{ from: "authentik_application.wiki", to: "authentik_application.docs" }];
    expect(said({ ...plan, apps: { ...others, docs: { ...wiki, name: "Docs" } }, moved })).toEqual([
      "Apps",
      "Docs",
      "name: Wiki → Docs",
      "slug: wiki → docs",
    ]);
    expect(said(app("grafana", { provider: { type: "saml" } }))).toContain("? kind: oauth2 → saml");
  });

  test("a policy says something else", () => {
    const after = { ...plan, policies: { ...plan.policies, hours: "# office\nreturn in_hours()" } };
    expect(said(after)).toEqual(["Policies", "policy hours", "? line 1: return in_hours() → line 1: # office"]);
  });

  test("apps without a binding are open now", () => {
    expect(said({ ...plan, defaultAppAccess: true })).toEqual([
      "Settings",
      "apps without a binding",
      "+ closed → open to everybody",
    ]);
  });
});

describe("sign-in and flows", () => {
  const flow = (
    steps: readonly (readonly [string, object?])[],
    stages: Plan["resource"] = {},
    policies: readonly object[] = [],
  ): Plan => ({
    ...plan,
    resource: {
      authentik_flow: { login: { slug: "login", title: "Login", designation: "authentication" } },
      authentik_stage_password: { password: { name: "password" } },
      authentik_stage_authenticator_validate: {
        mfa: {
          name: "mfa",
          not_configured_action: "configure",
          device_classes: ["totp"],
          last_auth_threshold: "seconds=0",
        },
      },
      authentik_stage_user_login: { session: { name: "session", session_duration: "weeks=4" } },
      ...stages,
      authentik_flow_stage_binding: Object.fromEntries(
        steps.map(([stage, rest], place) => [
          `s${place}`,
          {
            target: "${authentik_flow.login.uuid}",
            stage: `\${authentik_stage_${stage}.id}`,
            order: place * 10,
            ...rest,
          },
        ]),
      ),
      authentik_policy_binding: Object.fromEntries(
        policies.map((one, place) => [`p${place}`, one as Record<string, unknown>]),
      ),
    },
  });
  const steps = [["password.password"], ["authenticator_validate.mfa"], ["user_login.session"]] as const;
  const login = flow(steps);
  const mfa = (change: object): Plan =>
    flow(steps, {
      authentik_stage_authenticator_validate: {
        mfa: { name: "mfa", not_configured_action: "configure", device_classes: ["totp"], ...change },
      },
    });

  test.each<[string, Plan, string[], boolean]>([
    [
      "a longer session",
      flow(steps, { authentik_stage_user_login: { session: { name: "session", session_duration: "weeks=8" } } }),
      ["flow login", "+ session: 4 weeks → 8 weeks"],
      true,
    ],
    [
      "no second factor",
      mfa({ not_configured_action: "skip" }),
      ["flow login", "+ who has no second factor: has to set one up → is let in without"],
      true,
    ],
    [
      "a stricter one",
      mfa({ not_configured_action: "deny" }),
      ["flow login", "- who has no second factor: has to set one up → is turned away"],
      false,
    ],
    ["one more factor", mfa({ device_classes: ["sms", "totp"] }), ["flow login", "+ factor new: sms"], true],
    [
      "asked less often",
      mfa({ last_auth_threshold: "hours=1" }),
      ["flow login", "+ second factor not asked again: 0 seconds → 1 hour"],
      true,
    ],
  ])("%s", (_name, after, lines, widened) => {
    expect(said(after, login)).toEqual(["Sign-in", ...lines]);
    expect(diff(worldOf(login), worldOf(after)).widened).toBe(widened);
  });

  test.each<[string, Plan, string[], boolean]>([
    ["a step is gone", flow([steps[0], steps[2]]), ["+ step gone: authenticator validate mfa"], true],
    [
      "a step is moved",
      flow([steps[1], steps[0], steps[2]]),
      ["? order of steps: password, mfa, session → mfa, password, session"],
      true,
    ],
  ])("%s", (_name, after, lines, widened) => {
    expect(said(after, login)).toEqual(["Flows", "flow login", ...lines]);
    expect(diff(worldOf(login), worldOf(after)).widened).toBe(widened);
  });

  test("a step that holds people up is new", () => {
    expect(said(login, flow([steps[0], steps[2]]))).toEqual([
      "Flows",
      "flow login",
      "- step new: authenticator validate mfa",
    ]);
    expect(diff(worldOf(flow([steps[0], steps[2]])), worldOf(login)).widened).toBe(false);
  });

  test("a policy decides about a step, and is asked at another time", () => {
    const bound = {
      target: "${authentik_flow_stage_binding.s1.id}",
      policy: "${authentik_policy_expression.hours.id}",
      order: 0,
    };
    const late = { evaluate_on_plan: false, re_evaluate_policies: true };
    const early = { evaluate_on_plan: true, re_evaluate_policies: false };
    const asked = (when: object): Plan => flow([steps[0], ["authenticator_validate.mfa", when], steps[2]], {}, [bound]);
    expect(said(asked(late), flow([steps[0], ["authenticator_validate.mfa", late], steps[2]]))).toEqual([
      "Flows",
      "flow login",
      "? authenticator validate mfa only if: always → hours",
    ]);
    expect(said(asked(early), asked(late))).toEqual([
      "Flows",
      "flow login",
      "? authenticator validate mfa policies are asked: when it is reached → when the flow starts",
    ]);
  });

  test("another flow, and what leads there", () => {
    const brand = {
      authentik_brand: { b: { domain: "auth.example.org", flow_recovery: "${authentik_flow.login.uuid}" } },
    };
    expect(said(flow(steps, brand), login)).toEqual([
      "Flows",
      "flow login",
      "? what leads there new: brand auth.example.org: flow_recovery",
    ]);
    expect(said(login)).toEqual([
      "Flows",
      "flow login",
      "? is new: for authentication, with password, authenticator validate, user login",
    ]);
  });

  test("sources", () => {
    const google = { slug: "google", name: "Google", provider_type: "google", user_matching_mode: "identifier" };
    const source = (change: object): Plan => ({
      ...plan,
      resource: { authentik_source_oauth: { google: { ...google, ...change } } },
    });
    expect(said(source({}))).toEqual(["Sign-in", "source Google", "+ is new: google, recognizes people by identifier"]);
    expect(said(source({ user_matching_mode: "email_link" }), source({}))).toEqual([
      "Sign-in",
      "source Google",
      "+ recognizes people by: identifier → email_link",
    ]);
    expect(said(source({ enrollment_flow: "${authentik_flow.x.uuid}" }), source({}))[2]).toMatch(
      /^\+ lets new people in by flow new: /,
    );
    expect(said(source({ enabled: false }), source({}))).toEqual([
      "Sign-in",
      "source Google",
      "- is gone: google, recognizes people by identifier",
    ]);
  });

  test("waivers", () => {
    const waiver = {
      code: "AK010",
      where: "apps.wiki",
      field: "redirectUris[0]",
      text: "must be https",
      reason: "a trial",
    };
    const waived = { ...plan, waivers: [waiver] };
    expect(said(waived)).toEqual(["Waivers", "AK010 apps.wiki redirectUris[0]", "+ is new: a trial"]);
    expect(said(plan, waived)).toEqual(["Waivers", "AK010 apps.wiki redirectUris[0]", "- is gone: a trial"]);
    const other = { ...plan, waivers: [{ ...waiver, reason: "a need" }] };
    expect(diff(worldOf(waived), worldOf(other))).toMatchObject({
      widened: false,
      settings: [{ what: "reason", effect: "none" }],
    });
  });
});

describe("many people", () => {
  const crowd = (groups: readonly string[]): Plan => ({
    ...plan,
    people: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`p${n + 10}`, { groups }])),
  });

  test("who gain the same are told together", () => {
    expect(said(crowd(["engineers"]), crowd(["staff"]))).toEqual([
      "People",
      "40 accounts: p10, p11, p12, p13, p14, p15, p16, p17, p18, p19, p20, p21 and 28 more",
      "joins engineers, leaves staff",
      "+ gains Grafana (now in engineers, which may open it)",
    ]);
  });

  test("who gain the same app for other reasons are told by app, when that is shorter", () => {
    const groups = { ...plan.groups, ...Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`team${n}`, {}])) };
    const people = Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`p${n}`, { groups: [`team${n}`] }]));
    const open = (to: readonly string[]): Plan => ({
      ...plan,
      groups,
      people,
      apps: { wiki: { name: "Wiki", bindings: to.map((name) => ({ group: name })) } },
    });
    expect(said(open(Object.keys(groups)), open(["staff"])).slice(0, 3)).toEqual([
      "People",
      "Wiki",
      "+ gained by p0 (team0 may open it now)",
    ]);
  });
});

test("a headline counts", () => {
  const after = { ...person("ben", { groups: ["engineers"] }), defaultAppAccess: true };
  expect(review(diff(worldOf(plan), worldOf(after))).headline).toBe(
    "Access gets wider: 1 person gains something, 1 other change may let in more and 2 people keep what they have.",
  );
  expect(review(diff(worldOf(plan), worldOf(person("ann", { groups: ["staff"] })))).headline).toBe(
    "Access does not get wider: 1 person loses something and 2 people keep what they have.",
  );
});

test("names are text in Markdown, HTML, a log and on a terminal", () => {
  const evil = "<img src=x> **b** [l](https://example.org) ##[error] \u001b[31m\u202e";
  const after = group("staff", { name: evil });
  const difference = review(diff(worldOf(plan), worldOf(after)));
  const page = asMarkdown(difference, `Access: ${evil}`);
  expect(page).not.toMatch(/<img|\*\*b|\[l\]|\u001b|\u202e/);
  expect(page.match(/<\/?[a-z0-9]+>/g)?.filter((tag) => !/^<\/?(h3|h4|p|strong|ul|li)>$/.test(tag))).toEqual([]);
  expect(asText(difference)).not.toMatch(/\u001b|\u202e/);
  const log = asLog(difference, `Access: ${evil}`);
  expect(log).not.toMatch(/\u001b|\u202e|##\[/);
  expect(log.split("\n").filter((line) => line !== "" && !line.startsWith("| "))).toEqual([]);
});
