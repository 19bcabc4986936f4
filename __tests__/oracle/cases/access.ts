import type { Case } from "./case";
import { flaw, put, set } from "./case";

const GRAFANA = "authentik_application.grafana";
const BINDING = "authentik_policy_binding.grafana";
const open = "no policy binding has it as its target, so it is open to everybody; bind one";
const after = { depends_on: ["helm_release.authentik"] };
const lasting = { lifecycle: { create_before_destroy: true } };

const reserved = (address: string, argument: string, name: string, body: Record<string, unknown>): Case =>
  flaw(
    address,
    "reserved-name",
    `${argument} "${name}" is on every server already; look it up`,
    put(address, { [argument]: name, ...after, ...body }),
  );
const loose = (name: string, value: boolean | string, why: string): Case =>
  flaw(
    BINDING,
    "loose-binding",
    `${name} is ${JSON.stringify(value)} and lets in whom it should not: ${why}; remove it`,
    set(BINDING, name, value),
  );

/** Who may open an application, and names that the server has taken. */
export const accessCases: readonly Case[] = [
  flaw(GRAFANA, "open-application", open, (draft) => {
    Reflect.deleteProperty(draft.section("resource")["authentik_policy_binding"] as object, "grafana");
  }),
  // A binding of something else guards nothing here, and two of one application do no harm.
  flaw(GRAFANA, "open-application", open, put(BINDING, { target: "${authentik_application.nas.uuid}", order: 10 })),
  loose("negate", true, "it lets in everybody but those it names"),
  loose("negate", "${true}", "it lets in everybody but those it names"),
  loose("enabled", false, "a binding that is off keeps nobody out"),
  loose("failure_result", true, "a policy that fails lets everybody in"),
  { spoil: put(BINDING, { negate: false, enabled: true, failure_result: false }), findings: [] },
  { spoil: set("authentik_policy_binding.login", "negate", true), findings: [] },
  reserved("authentik_user.admin", "username", "akadmin", { name: "Admin", groups: [], attributes: "{}" }),
  reserved("authentik_user.admin", "username", "AKadmin", { name: "Admin", groups: [], attributes: "{}" }),
  reserved("authentik_group.readers", "name", "authentik Read-only", lasting),
  // Only usernames are compared without regard to case.
  { spoil: put("authentik_group.readers", { name: "authentik read-only", ...after, ...lasting }), findings: [] },
  {
    spoil: (draft) => {
      set("authentik_user.jane", "groups", ["${authentik_group.admins.id}"])(draft);
      Reflect.deleteProperty(draft.section("data")["authentik_group"] as object, "admins");
      put("authentik_group.admins", { name: "authentik Admins", ...after, ...lasting })(draft);
    },
    findings: [
      {
        address: "authentik_group.admins",
        rule: "reserved-name",
        text: 'name "authentik Admins" is on every server already; look it up',
      },
    ],
  },
];
