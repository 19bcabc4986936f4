import type { Case } from "./case";
import { flaw, put, set } from "./case";

const range = (name: string, got: number) =>
  `${name} must be from -2147483648 to 2147483647, got ${got}; the provider cuts it off`;
const whole = (address: string, name: string, got: number): Case =>
  flaw(address, "integer", `${name} must be a whole number, got ${got}`, set(address, name, got));

/** Numbers that the provider takes as integers. */
export const numberCases: readonly Case[] = [
  whole("authentik_policy_binding.grafana", "order", 1.5),
  whole("authentik_flow_stage_binding.login_10", "order", 10.5),
  whole("kubernetes_secret_v1.authentik", "data_wo_revision", 1.5),
  whole("vault_kv_secret_v2.grafana", "data_json_wo_version", 0.5),
  whole("vault_kv_secret_v2.grafana", "data_json_wo_version", 2 ** 53),
  whole("helm_release.authentik", "timeout", 0.5),
  flaw(
    "kubernetes_service_v1.proxy",
    "integer",
    "spec.port[0].port must be a whole number, got 80.5",
    set("kubernetes_service_v1.proxy", "spec", { port: [{ port: 80.5 }] }),
  ),
  flaw(
    "authentik_policy_binding.grafana",
    "integer",
    range("order", 2147483648),
    set("authentik_policy_binding.grafana", "order", 2147483648),
  ),
  flaw(
    "authentik_stage_prompt_field.username",
    "integer",
    range("order", -2147483649),
    set("authentik_stage_prompt_field.username", "order", -2147483649),
  ),
  {
    spoil: (draft) => {
      set("authentik_stage_captcha.human", "score_min_threshold", 0.5)(draft);
      set("authentik_policy_binding.grafana", "order", 2147483647)(draft);
      put("vault_kv_secret_v2.grafana", {
        data_json_wo_version: "${authentik_provider_oauth2.grafana.id * 65536 + 1}",
      })(draft);
    },
    findings: [],
  },
];
