import { Construct } from "constructs";
import { SystemSettings as SystemSettingsResource } from "../.gen/providers/authentik/system-settings";
import type { SystemSettingsConfig } from "../.gen/providers/authentik/system-settings";
import { checkAvatars } from "./avatar-sources";
import { outOfRange, refuse } from "./refusal";
import type { Refusal } from "./refusal";

/** A link below the box of every flow. */
export interface FooterLink {
  /** What people read. */
  readonly name: string;
  /** Where it leads: an http or https URL, or `mailto:` and an address. */
  readonly href: string;
}

export interface SystemSettingsProps {
  /** Whether an application without bindings is open to everybody who has an account.  @default false */
  readonly defaultAppAccess?: boolean;
  /** Where avatars come from, the first that has one wins.  @default ["gravatar", "initials"] */
  readonly avatars?: readonly string[];
  /** Whether people may change their name.  @default true */
  readonly changeName?: boolean;
  /** Whether people may change their e-mail address, which nobody verifies.  @default false */
  readonly changeEmail?: boolean;
  /** Whether people may change their username.  @default false */
  readonly changeUsername?: boolean;
  /** Whether administrators may act as somebody else.  @default true */
  readonly impersonation?: boolean;
  /** How long events are kept, in days (1 to 3650).  @default 365 */
  readonly eventRetentionDays?: number;
  /** Whether the events a person caused go when the person does.  @default true */
  readonly gdprCompliance?: boolean;
  /** Links below the box of every flow, from left to right.  @default [] */
  readonly footerLinks?: readonly FooterLink[];
  /** Lifetime of tokens people make, in minutes (1 to 525600).  @default 30 */
  readonly defaultTokenMinutes?: number;
  /** Length of tokens, in characters (20 to 255).  @default 60 */
  readonly defaultTokenLength?: number;
  /** The worst score that a username gets at an address, -1000 to -1.  @default -5 */
  readonly reputationLowerLimit?: number;
  /** The best score that a username gets at an address, 0 to 1000.  @default 5 */
  readonly reputationUpperLimit?: number;
  /** How many records the API answers with unless asked for another number (10 to 1000).  @default 20 */
  readonly pageSize?: number;
  /** How many records the API answers with at most, 100 to 10000; authentik itself asks for 100 at once.  @default 100 */
  readonly maxPageSize?: number;
  /** Whether who signs in in one tab is signed in in the other tabs that ask for it.  @default false */
  readonly continuousLogin?: boolean;
  /** Whether audit events say more of what has changed, with an enterprise licence; costs time.  @default false */
  readonly expandedAuditDiffs?: boolean;
}

/**
 * All system settings of an instance. The provider writes every one of them at once, so each is stated here; what is
 * changed in the admin interface is changed back.
 * @throws RefusedError on a value out of range, a link that leads nowhere, and avatars nobody would see
 * @see https://github.com/goauthentik/terraform-provider-authentik/issues/920
 */
export class SystemSettings extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: SystemSettingsResource;

  constructor(scope: Construct, id: string, props: SystemSettingsProps = {}) {
    super(scope, id);
    refuse(this, checkSystemSettings(props));
    this.resource = new SystemSettingsResource(this, "Resource", { ...ofPeople(props), ...ofServer(props) });
    this.node.defaultChild = this.resource;
  }
}

/** What people have, may and leave behind. */
function ofPeople(props: SystemSettingsProps): SystemSettingsConfig {
  return {
    avatars: (props.avatars ?? ["gravatar", "initials"]).join(","),
    defaultUserChangeName: props.changeName ?? true,
    defaultUserChangeEmail: props.changeEmail ?? false,
    defaultUserChangeUsername: props.changeUsername ?? false,
    impersonation: props.impersonation ?? true,
    eventRetention: `days=${props.eventRetentionDays ?? 365}`,
    gdprCompliance: props.gdprCompliance ?? true,
    // Read back in the order they were sent in.
    footerLinks: (props.footerLinks ?? []).map(({ name, href }) => ({ name, href })),
  };
}

function ofServer(props: SystemSettingsProps): SystemSettingsConfig {
  return {
    defaultTokenDuration: `minutes=${props.defaultTokenMinutes ?? 30}`,
    defaultTokenLength: props.defaultTokenLength ?? 60,
    reputationLowerLimit: props.reputationLowerLimit ?? -5,
    reputationUpperLimit: props.reputationUpperLimit ?? 5,
    paginationDefaultPageSize: props.pageSize ?? 20,
    paginationMaxPageSize: props.maxPageSize ?? MAX_PAGE_SIZE,
    // A server that lacks one of the four refuses to be read.
    flags: JSON.stringify({
      core_default_app_access: props.defaultAppAccess ?? false,
      enterprise_audit_include_expanded_diff: props.expandedAuditDiffs ?? false,
      flows_continuous_login: props.continuousLogin ?? false,
      // Deprecated in favour of the one above.
      flows_refresh_others: false,
    }),
  };
}

const MAX_PAGE_SIZE = 100;

/** System settings as far as config could be read; what is missing or wrong there is reported by the shape. */
export interface LooseSystemSettings {
  readonly avatars?: readonly (string | undefined)[];
  readonly footerLinks?: readonly (Partial<FooterLink> | undefined)[];
  readonly pageSize?: number;
  readonly maxPageSize?: number;
}

/** Refuses what authentik would take and not do. */
export function checkSettings({
  avatars,
  footerLinks,
  pageSize,
  maxPageSize = MAX_PAGE_SIZE,
}: LooseSystemSettings): Refusal[] {
  const refusals: Refusal[] = avatars === undefined ? [] : checkAvatars(avatars);
  refusals.push(...checkLinks(footerLinks ?? []));
  if (pageSize !== undefined && pageSize > maxPageSize) {
    const text = `must be at most maxPageSize, ${maxPageSize}, got ${pageSize}; answers would be cut to that`;
    refusals.push({ field: "pageSize", text });
  }
  return refusals;
}

function checkLinks(links: readonly (Partial<FooterLink> | undefined)[]): Refusal[] {
  return links.flatMap((link, place) => {
    const refusals: Refusal[] = [];
    if (link?.href !== undefined && !/^(https?:\/\/|mailto:)\S+$/.test(link.href)) {
      const text = `must be an http or https URL or mailto: and an address, got "${link.href}"; authentik shows no others`;
      refusals.push({ field: `footerLinks[${place}].href`, text });
    }
    const first = links.findIndex((other) => other?.name === link?.name && other?.href === link?.href);
    if (link?.name !== undefined && link.href !== undefined && first < place) {
      const text = `must be a link of its own, got "${link.name}" again, as footerLinks[${first}]; remove it`;
      refusals.push({ field: `footerLinks[${place}]`, text });
    }
    return refusals;
  });
}

/** Refuses a login's threshold that no score comes down to: guessing would go on for ever. */
export function checkLowestScore(threshold = -5, lowerLimit = -5): Refusal[] {
  if (threshold >= lowerLimit) return [];
  const why = "the score of a username at an address ends there, so guessing would go on: raise it, or lower that";
  const text = `must be at least systemSettings.reputationLowerLimit, ${lowerLimit}, got ${threshold}; ${why}`;
  return [{ code: "AK042", field: "reputation.threshold", text }];
}

function checkSystemSettings(props: SystemSettingsProps): Refusal[] {
  return [
    ...outOfRange("eventRetentionDays", props.eventRetentionDays, 1, 3650),
    ...outOfRange("defaultTokenMinutes", props.defaultTokenMinutes, 1, 525_600),
    ...outOfRange("defaultTokenLength", props.defaultTokenLength, 20, 255),
    ...outOfRange("reputationLowerLimit", props.reputationLowerLimit, -1000, -1),
    ...outOfRange("reputationUpperLimit", props.reputationUpperLimit, 0, 1000),
    ...outOfRange("pageSize", props.pageSize, 10, 1000),
    ...outOfRange("maxPageSize", props.maxPageSize, 100, 10_000),
    ...checkSettings(props),
  ];
}
