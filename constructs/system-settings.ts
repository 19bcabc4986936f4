import { Construct } from "constructs";
import { SystemSettings as SystemSettingsResource } from "../.gen/providers/authentik/system-settings";
import { outOfRange, refuse } from "./refusal";

export interface SystemSettingsProps {
  /** Whether an application without bindings is open to everybody who has an account.  @default false */
  readonly defaultAppAccess?: boolean;
  /** Where avatars come from, the first that has one wins.  @default ["gravatar", "initials"] */
  readonly avatars?: readonly string[];
  /** How long events are kept, in days (1 to 3650).  @default 365 */
  readonly eventRetentionDays?: number;
  /** Lifetime of tokens people make, in minutes (1 to 525600).  @default 30 */
  readonly defaultTokenMinutes?: number;
  /** Length of tokens, in characters (20 to 255).  @default 60 */
  readonly defaultTokenLength?: number;
}

/**
 * All system settings of an instance. The provider writes every one of them at once, so each is stated here (but footer
 * links, of which there are none); what is changed in the admin interface is changed back.
 * @throws RefusedError on a value out of range
 * @see https://github.com/goauthentik/terraform-provider-authentik/issues/920
 */
export class SystemSettings extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: SystemSettingsResource;

  constructor(scope: Construct, id: string, props: SystemSettingsProps = {}) {
    super(scope, id);
    refuse(this, [
      ...outOfRange("eventRetentionDays", props.eventRetentionDays, 1, 3650),
      ...outOfRange("defaultTokenMinutes", props.defaultTokenMinutes, 1, 525_600),
      ...outOfRange("defaultTokenLength", props.defaultTokenLength, 20, 255),
    ]);
    this.resource = new SystemSettingsResource(this, "Resource", {
      avatars: (props.avatars ?? ["gravatar", "initials"]).join(","),
      eventRetention: `days=${props.eventRetentionDays ?? 365}`,
      defaultTokenDuration: `minutes=${props.defaultTokenMinutes ?? 30}`,
      defaultTokenLength: props.defaultTokenLength ?? 60,
      defaultUserChangeName: true,
      defaultUserChangeEmail: false,
      defaultUserChangeUsername: false,
      gdprCompliance: true,
      impersonation: true,
      paginationDefaultPageSize: 20,
      paginationMaxPageSize: 100,
      reputationLowerLimit: -5,
      reputationUpperLimit: 5,
      // A server that lacks one of the four refuses to be read.
      flags: JSON.stringify({
        core_default_app_access: props.defaultAppAccess ?? false,
        enterprise_audit_include_expanded_diff: false,
        flows_continuous_login: false,
        flows_refresh_others: false,
      }),
    });
    this.node.defaultChild = this.resource;
  }
}
