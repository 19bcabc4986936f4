import fc from "fast-check";
import type { AppPlan, GroupPlan, PersonPlan, Plan } from "./build";

const GROUPS = ["g0", "g1", "g2", "g3"] as const;
const PEOPLE = ["p0", "p1", "p2", "p3"] as const;
const HOSTS = ["a.example.org", "b.example.org", "c.lab.example.org"] as const;
const groups = fc.uniqueArray(fc.constantFrom(...GROUPS), { maxLength: 3 });

const group = fc.record<GroupPlan>({
  parents: groups,
  superuser: fc.boolean(),
});

const person = fc.record<PersonPlan>({
  groups,
  active: fc.boolean(),
  type: fc.constantFrom("internal", "external", "service_account"),
});

const target = fc.oneof(
  fc.record({ group: fc.constantFrom(...GROUPS, "8d0a6d5e-0000") }),
  fc.record({ user: fc.constantFrom(...PEOPLE) }),
  fc.record({ policy: fc.constantFrom("everyone", "nobody", "hours") }),
);

const binding = (negated: boolean): fc.Arbitrary<NonNullable<AppPlan["bindings"]>[number]> =>
  fc
    .tuple(target, fc.boolean(), negated ? fc.boolean() : fc.constant(false))
    .map(([to, enabled, negate]) => ({ ...to, enabled, negate }));

const lifetime = fc.constantFrom("minutes=10", "hours=1", "weeks=4");
const provider = fc.oneof(
  fc.record({
    type: fc.constant("oauth2"),
    client_type: fc.constantFrom("public", "confidential"),
    access_token_validity: lifetime,
    allowed_redirect_uris: fc.uniqueArray(
      fc.record({
        url: fc.constantFrom("https://a.example.org/cb", "https://b.example.org/cb"),
        matching_mode: fc.constantFrom("strict", "regex"),
      }),
      { maxLength: 2, selector: ({ url, matching_mode }) => `${url} ${matching_mode}` },
    ),
  }),
  fc.record({
    type: fc.constant("proxy"),
    mode: fc.constant("forward_single"),
    external_host: fc.constantFrom(...HOSTS).map((host) => `https://${host}`),
    skip_path_regex: fc.constantFrom("", "^/api", "no path is open^"),
  }),
  fc.record({
    type: fc.constant("proxy"),
    mode: fc.constant("forward_domain"),
    cookie_domain: fc.constantFrom("example.org", "lab.example.org"),
  }),
);

const app = (negated: boolean): fc.Arbitrary<AppPlan> =>
  fc.record(
    {
      match: fc.constantFrom("any" as const, "all" as const),
      bindings: fc.array(binding(negated), { maxLength: 3 }),
      provider,
      served: fc.boolean(),
    },
    { requiredKeys: ["match", "bindings"] },
  );

/** Keys that may be left out, so that people, groups and apps come and go. */
function some<T>(keys: readonly string[], value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(fc.constantFrom(...keys), value, { noNullPrototype: true });
}

/** Steps of one flow, in any order, with what decides about them. */
const flow = fc
  .uniqueArray(
    fc.record({
      stage: fc.constantFrom("authenticator_validate.mfa", "password.password", "user_login.session"),
      policy: fc.option(fc.constantFrom("everyone", "hours"), { nil: undefined }),
      late: fc.boolean(),
    }),
    { selector: ({ stage }) => stage },
  )
  .chain((steps) =>
    fc
      .record({ session_duration: lifetime, not_configured_action: fc.constantFrom("skip", "configure", "deny") })
      .map(({ session_duration, not_configured_action }): NonNullable<Plan["resource"]> => ({
        authentik_flow: { login: { slug: "login", title: "Login", designation: "authentication" } },
        authentik_stage_password: { password: { name: "password" } },
        authentik_stage_user_login: { session: { name: "session", session_duration } },
        authentik_stage_authenticator_validate: {
          mfa: { name: "mfa", not_configured_action, device_classes: ["totp"] },
        },
        authentik_flow_stage_binding: Object.fromEntries(
          steps.map(({ stage, late }, place) => [
            `s${place}`,
            {
              target: "${authentik_flow.login.uuid}",
              stage: `\${authentik_stage_${stage}.id}`,
              order: place * 10,
              evaluate_on_plan: !late,
              re_evaluate_policies: late,
            },
          ]),
        ),
      })),
  );

/** Small sites, in which anything may be bound to anything. */
export function arbitraryPlan({ negated = true }: { readonly negated?: boolean } = {}): fc.Arbitrary<Plan> {
  return fc.record({
    groups: some(GROUPS, group).map((known) => ({ ...Object.fromEntries(GROUPS.map((name) => [name, {}])), ...known })),
    people: some(PEOPLE, person),
    apps: some(["wiki", "grafana", "traefik"], app(negated)),
    policies: fc.record({
      everyone: fc.constant("return True"),
      nobody: fc.constant("return False"),
      hours: fc.constantFrom("return in_hours()", "return in_hours() and True"),
    }),
    defaultAppAccess: fc.boolean(),
    resource: flow,
    waivers: fc.uniqueArray(
      fc.record({
        code: fc.constantFrom("AK001", "AK002"),
        where: fc.constant("apps.wiki"),
        field: fc.constant("access"),
        text: fc.constant("must not"),
        reason: fc.constantFrom("a trial", "a need"),
      }),
      { maxLength: 2, selector: ({ code }) => code },
    ),
  });
}
