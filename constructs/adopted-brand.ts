import { Construct } from "constructs";
import { Brand as BrandResource } from "../.gen/providers/authentik/brand";
import { Adopted } from "./adopted";
import { DEFAULT_BRAND } from "./brand";
import { flowUuid, flowsComplete } from "./flow";
import type { FlowReference } from "./flow";
import { leaveUnset } from "./lifecycle";
import type { Lookups } from "./lookups";

export interface AdoptedBrandProps {
  /** authentik's own objects, read once in a stack. */
  readonly lookups: Lookups;
  /** Title of the pages.  @default - left as it is */
  readonly title?: string;
  /** Flow to sign in.  @default - left as it is */
  readonly authenticationFlow?: FlowReference;
  /** Flow in which people change their settings.  @default - left as it is */
  readonly userSettingsFlow?: FlowReference;
  /** Flow to get a new password, which an administrator's link needs at every host.  @default - left as it is */
  readonly recoveryFlow?: FlowReference;
}

/**
 * The brand that authentik shows at every host no other brand is for, changed in place: imported by its domain, never made
 * and never destroyed, with everything left as it is that is not said here.
 * @see https://docs.goauthentik.io/brands/
 */
export class AdoptedBrand extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: BrandResource;

  constructor(scope: Construct, id: string, props: AdoptedBrandProps) {
    super(scope, id);
    const { lookups, title, authenticationFlow, userSettingsFlow, recoveryFlow } = props;
    const ours = {
      branding_title: title,
      flow_authentication: flowUuid(authenticationFlow),
      flow_user_settings: flowUuid(userSettingsFlow),
      flow_recovery: flowUuid(recoveryFlow),
    };
    this.resource = new BrandResource(this, "Resource", {
      domain: DEFAULT_BRAND,
      brandingTitle: ours.branding_title,
      flowAuthentication: ours.flow_authentication,
      flowUserSettings: ours.flow_user_settings,
      flowRecovery: ours.flow_recovery,
      dependsOn: flowsComplete([authenticationFlow, userSettingsFlow, recoveryFlow]),
      lifecycle: leaveUnset(
        { ...ours, ...Object.fromEntries(LEFT.map((name) => [name, undefined])) },
        { preventDestroy: true },
      ),
    });
    this.node.defaultChild = this.resource;
    new Adopted(this, "import", this.resource, lookups.brand(DEFAULT_BRAND));
  }
}

/** What is never ours; the provider would reset it. */
const LEFT = [
  ...["attributes", "branding_custom_css", "branding_default_flow_background", "branding_favicon", "branding_logo"],
  ...["client_certificates", "default", "default_application", "flow_device_code", "flow_invalidation"],
  ...["flow_lockdown", "flow_unenrollment", "web_certificate"],
];
