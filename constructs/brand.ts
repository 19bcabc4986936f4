import { Construct } from "constructs";
import { Brand as BrandResource } from "../.gen/providers/authentik/brand";
import { flowUuid, flowsComplete } from "./flow";
import type { FlowReference } from "./flow";
import { leaveUnset } from "./lifecycle";
import type { Lookups } from "./lookups";
import { refuse } from "./refusal";
import type { Refusal } from "./refusal";

export interface BrandProps {
  /** authentik's public URL; the brand is shown at its host and the hosts below it. */
  readonly authentikUrl: string;
  /** authentik's own flows, read once in a stack. */
  readonly lookups: Lookups;
  /** Title of the pages, and name of the codes in people's apps.  @default "authentik" */
  readonly title?: string;
  /** URL or path of the picture above the box.  @default - authentik's */
  readonly logo?: string;
  /** URL or path of the browser tab's picture.  @default - authentik's */
  readonly favicon?: string;
  /** URL or path of the picture behind the box of flows that have none of their own.  @default - authentik's */
  readonly background?: string;
  /** Style sheet of all pages. Cannot be cleared once set.  @default - none */
  readonly customCss?: string;
  /** Attributes, such as `{ settings: { locale: "de" } }`.  @default {} */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Flow to sign in.  @default - authentik's */
  readonly authenticationFlow?: FlowReference;
  /** Flow to sign out.  @default - authentik's */
  readonly invalidationFlow?: FlowReference;
  /** Flow in which people change their settings.  @default - authentik's */
  readonly userSettingsFlow?: FlowReference;
  /** Flow to get a new password.  @default - none */
  readonly recoveryFlow?: FlowReference;
  /** Flow in which people delete their account.  @default - none */
  readonly unenrollmentFlow?: FlowReference;
  /** Flow to enter a device's code.  @default - none */
  readonly deviceCodeFlow?: FlowReference;
}

/**
 * How authentik looks and which flows it uses at its public host. Other hosts, an in-cluster name among them, keep
 * authentik's default brand, which is left as it is: a login that lets nobody in can be repaired through it.
 *
 * Waits until the flows of this stack are complete.
 * @throws RefusedError when authentik would not show the brand at the URL
 * @see https://docs.goauthentik.io/brands/
 */
export class Brand extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: BrandResource;
  /** The host the brand is for. */
  readonly domain: string;

  constructor(scope: Construct, id: string, props: BrandProps) {
    super(scope, id);
    refuse(this, checkBrand(props.authentikUrl));
    this.domain = new URL(props.authentikUrl).hostname;
    const { lookups } = props;
    this.resource = new BrandResource(this, "Resource", {
      domain: this.domain,
      brandingTitle: props.title ?? "authentik",
      // The server fills in what is left out, and every plan would clear it again.
      brandingLogo: props.logo ?? "/static/dist/assets/icons/icon_left_brand.svg",
      brandingFavicon: props.favicon ?? "/static/dist/assets/icons/icon.png",
      brandingDefaultFlowBackground: props.background ?? "/static/dist/assets/images/flow_background.jpg",
      brandingCustomCss: props.customCss,
      attributes: JSON.stringify(props.attributes ?? {}),
      // A brand without one of these has none; it does not fall back to the default brand.
      flowAuthentication: flowUuid(props.authenticationFlow) ?? lookups.flow("default-authentication-flow"),
      flowInvalidation: flowUuid(props.invalidationFlow) ?? lookups.flow("default-invalidation-flow"),
      flowUserSettings: flowUuid(props.userSettingsFlow) ?? lookups.flow("default-user-settings-flow"),
      flowRecovery: flowUuid(props.recoveryFlow),
      flowUnenrollment: flowUuid(props.unenrollmentFlow),
      flowDeviceCode: flowUuid(props.deviceCodeFlow),
      dependsOn: flowsComplete([
        props.authenticationFlow,
        props.invalidationFlow,
        props.userSettingsFlow,
        props.recoveryFlow,
        props.unenrollmentFlow,
        props.deviceCodeFlow,
      ]),
      lifecycle: leaveUnset({ branding_custom_css: props.customCss }),
    });
    this.node.defaultChild = this.resource;
  }
}

/** The domain of the brand every server has. */
export const DEFAULT_BRAND = "authentik-default";

/** Refuses a URL at which authentik would show its default brand instead. */
export function checkBrand(authentikUrl: string): Refusal[] {
  const url = URL.canParse(authentikUrl) ? new URL(authentikUrl) : undefined;
  const refusal = (text: string): Refusal[] => [{ code: "AK043", field: "authentikUrl", text }];
  if (url === undefined) return refusal(`must be a URL, got "${authentikUrl}"; give authentik's public one`);
  if (url.port !== "") {
    const why = "authentik looks brands up by host and port, and answers this one with its default brand";
    return refusal(
      `must be without a port, got ${url.port}; ${why}: serve it at the usual port, or leave the brand out`,
    );
  }
  if (url.hostname !== DEFAULT_BRAND) return [];
  return refusal(
    `must not be at the host "${DEFAULT_BRAND}", got it; authentik's default brand has that name: use another`,
  );
}

/** Refuses a login that no brand shows. */
export function checkShown(login: unknown, brand: unknown): Refusal[] {
  if (login === undefined || brand !== undefined) return [];
  const text = "must come with a brand, got none; authentik's default brand shows its own login: add brand: {}";
  return [{ code: "AK043", field: "login", text }];
}
