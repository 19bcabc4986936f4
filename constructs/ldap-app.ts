import { Construct } from "constructs";
import { Token } from "cdktf";
import type { Application } from "../.gen/providers/authentik/application";
import { ProviderLdap } from "../.gen/providers/authentik/provider-ldap";
import { RbacPermissionRole } from "../.gen/providers/authentik/rbac-permission-role";
import { RbacRole } from "../.gen/providers/authentik/rbac-role";
import { addApplication, checkAccess } from "./application";
import type { ApplicationProps } from "./application";
import type { Lookups } from "./lookups";
import { outOfRange, refuse } from "./refusal";
import type { Refusal } from "./refusal";
import { ServiceAccount } from "./service-account";

export interface LdapAppProps extends ApplicationProps {
  /** Distinguished name above the apps, such as `dc=example,dc=org`. */
  readonly root: string;
  /** Uuid of the flow a bind runs (`LdapBindFlow.flowId`), one for all LDAP apps. */
  readonly bindFlow: string;
  /** Flows and certificates, read once in a stack. */
  readonly lookups: Lookups;
  /** Distinguished name the app finds people and groups below; no other LDAP app's may lie inside.  @default - `ou=<slug>,<root>` */
  readonly baseDn?: string;
  /** Whether each search asks authentik, or the outpost answers from what it fetched minutes ago.  @default "direct" */
  readonly searchMode?: "direct" | "cached";
  /**
   * Whether each bind runs the flow, or the outpost remembers a password for as long as the flow's session lives: a person
   * who is locked out, or a password that was changed, keeps working so long.
   * @default "direct"
   */
  readonly bindMode?: "direct" | "cached";
  /**
   * Name of the certificate for LDAPS and StartTLS. An outpost that serves several apps uses it only when all of them
   * name the same.
   * @default - the outpost makes one that nobody trusts at each start
   */
  readonly certificate?: string;
  /** What is added to a person's pk to make the `uidNumber` (1 to 2000000000).  @default 2000 */
  readonly uidStartNumber?: number;
  /** What is added to a group's number to make the `gidNumber` (1 to 2000000000).  @default 4000 */
  readonly gidStartNumber?: number;
  /**
   * Whether a one-time code may follow a password after a semicolon; only for a bind flow of your own that validates
   * authenticators, since it cuts every password that ends so.
   * @default false
   */
  readonly mfaSupport?: boolean;
  /** Username of the account the app searches with.  @default - `ldap-<slug>` */
  readonly bindUsername?: string;
  /** Raise it to replace the bind account's password; the app needs the new one at once (1 to 1000000).  @default 1 */
  readonly passwordRevision?: number;
  /**
   * Vault path to write `base_dn`, `bind_dn` and `bind_password` to. Turning it off replaces the password.
   * @default - not published; copy the password from the admin interface
   */
  readonly publishTo?: { readonly mount: string; readonly path: string };
  /** Host name of the outpost, to publish as `host`.  @default - not published */
  readonly host?: string;
}

/** Where an app's base DN stands in a site, such as `apps.jellyfin`. */
export interface PlacedBaseDn {
  readonly where: string;
  readonly baseDn: string;
}

/**
 * An LDAP provider, the application people see, who may bind to it, and the account the app searches with. That account
 * may open the application, or its bind would be refused, and may search the whole directory. An outpost serves it.
 * @throws RefusedError listing every prop that authentik would not do as asked
 * @see https://docs.goauthentik.io/add-secure-apps/providers/ldap
 */
export class LdapApp extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: Application;
  /** The LDAP provider itself. */
  readonly provider: ProviderLdap;
  /** The account the app searches with. */
  readonly account: ServiceAccount;
  /** The provider's pk, for outposts; known after apply. */
  readonly providerId: number;
  /** Distinguished name the app finds people and groups below. */
  readonly baseDn: string;
  /** Distinguished name the app searches as. */
  readonly bindDn: string;

  constructor(scope: Construct, id: string, props: LdapAppProps) {
    super(scope, id);
    refuse(this, checkLdapApp(props));
    const { publishTo, host } = props;
    const bindUsername = props.bindUsername ?? ldapBindUsername(props.slug);
    this.baseDn = props.baseDn ?? ldapBaseDn(props.slug, props.root);
    this.bindDn = `cn=${bindUsername},ou=users,${this.baseDn}`;
    this.provider = this.makeProvider(props);
    // Number() of a token is NaN and would synthesize null.
    this.providerId = Token.asNumber(this.provider.id);
    const name = `iac-ldap-${props.slug}`;
    this.account = new ServiceAccount(this, "account", {
      username: bindUsername,
      name: `${props.title} (LDAP)`,
      intent: "app_password",
      tokenIdentifier: name,
      tokenRevision: props.passwordRevision,
      description: "Password an app binds to LDAP with",
      roles: [this.makeSearchRole(name)],
      publishTo: publishTo && {
        ...publishTo,
        keyField: "bind_password",
        fields: { base_dn: this.baseDn, bind_dn: this.bindDn, ...(host === undefined ? {} : { host }) },
      },
    });
    this.resource = addApplication(
      this,
      { ...props, access: [...props.access, { user: this.account.userId }] },
      this.providerId,
    );
  }

  private makeProvider(props: LdapAppProps): ProviderLdap {
    const { certificate, lookups } = props;
    return new ProviderLdap(this, "provider", {
      name: props.providerName ?? ldapProviderName(props.slug),
      baseDn: this.baseDn,
      bindFlow: props.bindFlow,
      // Providers' own invalidation flow has no stages, and would leave the session of a bind behind.
      unbindFlow: lookups.flow("default-invalidation-flow"),
      bindMode: props.bindMode ?? "direct",
      searchMode: props.searchMode ?? "direct",
      certificate: certificate === undefined ? undefined : lookups.certificate(certificate),
      uidStartNumber: props.uidStartNumber ?? 2000,
      gidStartNumber: props.gidStartNumber ?? 4000,
      mfaSupport: props.mfaSupport ?? false,
    });
  }

  /** The uuid of a role that may search the whole directory of this provider, and of no other. */
  private makeSearchRole(name: string): string {
    const role = new RbacRole(this, "search-role", { name });
    new RbacPermissionRole(this, "search-permission", {
      role: role.id,
      permission: "authentik_providers_ldap.search_full_directory",
      model: "authentik_providers_ldap.ldapprovider",
      // Always a reference: for an id that does not exist, authentik grants the permission on all providers.
      objectId: this.provider.id,
    });
    return role.id;
  }
}

/** Unique in authentik, also among providers of other kinds: one may take the place of this. */
export function ldapProviderName(slug: string): string {
  return `${slug}-ldap`;
}

/** The base DN of an app that has none of its own. */
export function ldapBaseDn(slug: string, root: string): string {
  return `ou=${slug},${root}`;
}

/** The username of an app's bind account, where it has none of its own. */
export function ldapBindUsername(slug: string): string {
  return `ldap-${slug}`;
}

/** What authentik would not do as an app's props say. */
export function checkLdapApp(
  props: Partial<
    Pick<
      LdapAppProps,
      "access" | "match" | "root" | "baseDn" | "bindUsername" | "uidStartNumber" | "gidStartNumber" | "passwordRevision"
    >
  >,
): Refusal[] {
  return [
    ...(props.access === undefined ? [] : checkAccess(props.access)),
    ...checkMatch(props.match),
    ...checkDn("root", props.root),
    ...checkDn("baseDn", props.baseDn),
    ...checkBindUsername(props.bindUsername),
    ...outOfRange("uidStartNumber", props.uidStartNumber, 1, 2_000_000_000),
    ...outOfRange("gidStartNumber", props.gidStartNumber, 1, 2_000_000_000),
    ...outOfRange("passwordRevision", props.passwordRevision, 1, 1_000_000),
  ];
}

function checkMatch(match: LdapAppProps["match"]): Refusal[] {
  if (match !== "all") return [];
  const text =
    'must be "any" for an LDAP app, got "all"; the account the app searches with would have to match every entry too: name groups alone, or one policy that asks for the group itself';
  return [{ code: "AK037", field: "match", text }];
}

/** No white space beside a comma: an outpost compares letter by letter, which would make another name of it. */
const DN = /^[a-z][a-z0-9-]*=VALUE(,[a-z][a-z0-9-]*=VALUE)*$/.source;
const VALUE = /[^\s,=+<>#;"\\]([^,=+<>#;"\\]*[^\s,=+<>#;"\\])?/.source;
const DISTINGUISHED_NAME = new RegExp(DN.replaceAll("VALUE", VALUE), "i");

function checkDn(field: string, value: string | undefined): Refusal[] {
  if (value === undefined || DISTINGUISHED_NAME.test(value)) return [];
  const text = `must be a distinguished name such as dc=example,dc=org, without white space beside a comma, got ${JSON.stringify(value)}`;
  return [{ field, text }];
}

function checkBindUsername(value: string | undefined): Refusal[] {
  if (value === undefined || /^[A-Za-z0-9._@-]+$/.test(value)) return [];
  const text = `must be letters, digits and ._@-, which need no escape in a distinguished name, got ${JSON.stringify(value)}`;
  return [{ field: "bindUsername", text }];
}

/**
 * Refuses base DNs that are equal or lie inside one another. An outpost takes the first provider whose base DN a bind DN
 * ends in, and the longest one for a search, so that people would bind to one app and search in another.
 */
export function checkBaseDns(entries: readonly PlacedBaseDn[]): (Refusal & { readonly where: string })[] {
  return related(entries).map(([{ where, baseDn }, earlier]) => {
    const relation = relate(normalized(baseDn), normalized(earlier.baseDn));
    const other = `${earlier.where}, which has ${JSON.stringify(earlier.baseDn)}`;
    const text = `must lie beside those of other LDAP apps, got ${JSON.stringify(baseDn)}, which ${relation} that of ${other}; give one of them another`;
    return { where, code: "AK036", field: "baseDn", text };
  });
}

/** Pairs of which one name ends in the other, the later first. Sorted from their ends, such names stand together. */
function related(entries: readonly PlacedBaseDn[]): (readonly [PlacedBaseDn, PlacedBaseDn])[] {
  const fromEnd = entries
    .map((entry, index) => ({ entry, index, letters: Array.from(normalized(entry.baseDn)).reverse().join("") }))
    .sort((a, b) => (a.letters < b.letters ? -1 : a.letters > b.letters ? 1 : a.index - b.index));
  const around: typeof fromEnd = [];
  const pairs = fromEnd.flatMap((one) => {
    while (around.length > 0 && !one.letters.startsWith(around.at(-1)?.letters ?? "")) around.pop();
    const found = around.map((other) => (other.index < one.index ? ([one, other] as const) : ([other, one] as const)));
    around.push(one);
    return found;
  });
  return pairs
    .sort(([a, b], [c, d]) => a.index - c.index || b.index - d.index)
    .map(([later, earlier]) => [later.entry, earlier.entry]);
}

/** As the outpost compares: by the letters at the end, whatever their case. */
function relate(one: string, other: string): "equals" | "lies inside" | "contains" {
  if (one === other) return "equals";
  return one.endsWith(other) ? "lies inside" : "contains";
}

function normalized(dn: string): string {
  return dn
    .toLowerCase()
    .replaceAll(/\s*([,=])\s*/g, "$1")
    .trim();
}
