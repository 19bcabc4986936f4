import type { Values } from "./store";

/** The system settings of a server nobody has set anything on. */
export const SETTINGS: Values = {
  avatars: "gravatar,initials",
  default_token_duration: "days=1",
  default_token_length: 60,
  default_user_change_email: false,
  default_user_change_name: true,
  default_user_change_username: false,
  event_retention: "days=365",
  flags: {},
  footer_links: [],
  gdpr_compliance: true,
  impersonation: true,
  impersonation_require_reason: true,
  pagination_default_page_size: 20,
  pagination_max_page_size: 100,
  reputation_lower_limit: -5,
  reputation_upper_limit: 5,
};

/** The configuration of an outpost that was given none. */
export function outpostConfig(host: string): Values {
  return {
    authentik_host: host,
    authentik_host_browser: "",
    authentik_host_insecure: false,
    container_image: null,
    docker_labels: null,
    docker_map_ports: true,
    docker_network: null,
    kubernetes_disabled_components: [],
    kubernetes_httproute_annotations: {},
    kubernetes_httproute_parent_refs: [],
    kubernetes_image_pull_secrets: [],
    kubernetes_ingress_annotations: {},
    kubernetes_ingress_class_name: null,
    kubernetes_ingress_path_type: null,
    kubernetes_ingress_secret_name: "authentik-outpost-tls",
    kubernetes_json_patches: null,
    kubernetes_namespace: "authentik",
    kubernetes_replicas: 1,
    kubernetes_service_type: "ClusterIP",
    log_level: "info",
    object_naming_template: "ak-outpost-%(name)s",
    refresh_interval: "minutes=5",
  };
}
