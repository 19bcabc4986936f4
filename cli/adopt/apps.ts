import { list } from "../../access/stack";
import { hostSlug } from "../../config/app-rules";
import { ldap as ldapShape } from "../../config/ldap-app-shape";
import type { SiteInput } from "../../config/schema";
import { accessOf, beyond } from "./access";
import type { AccessParts } from "./access";
import { forwardAuthOf, ldapOf, nameOf, oidcOf, rootOf } from "./app-kinds";
import type { ForwardAuthApp, LdapApp, OidcApp, Served } from "./app-kinds";
import { given, lengthIn, textOf } from "./basis";
import type { Basis } from "./basis";
import { Expressions } from "./expressions";
import type { Groups } from "./groups";
import type { Live } from "./instance";
import { isKey, Keys } from "./keys";
import { read, unsaid } from "./reading";
import type { Reading } from "./reading";

type App = NonNullable<SiteInput["apps"]>[string];
type HostAccess = NonNullable<SiteInput["hostAccess"]>;

/** The apps of an instance, with what they need. */
export interface AppParts {
  readonly site: Pick<SiteInput, "apps" | "hostAccess" | "ldap" | "policies" | "scopeMappings">;
  /** Python files by their path beside the site. */
  readonly files: ReadonlyMap<string, string>;
  /** Slugs of apps that everybody may open because nothing says who may. */
  readonly open: readonly string[];
}

const SCOPE = "goauthentik.io/providers/oauth2/scope-";
const OIDC_SCOPES = ["openid", "email", "profile"].map((name) => `${SCOPE}${name}`);
const PROXY_SCOPES = [...OIDC_SCOPES, `${SCOPE}entitlements`, "goauthentik.io/providers/proxy/scope-proxy"];

/** Reads the apps of an instance. */
export class AppReader {
  private readonly policies: Expressions<"policies">;
  private readonly scopes: Expressions<"scopeMappings">;
  private readonly access: AccessParts;
  private readonly open: string[] = [];
  private root: string | undefined;
  private certificate: string | undefined;

  constructor(
    private readonly basis: Basis,
    groups: Groups,
    private readonly outpostOf: (provider: unknown) => string | undefined,
  ) {
    this.root = basis.base.ldap?.root;
    this.policies = new Expressions("policies", basis, () => ({}));
    this.scopes = new Expressions("scopeMappings", basis, (object) => ({
      scopeName: textOf(object, "scope_name") ?? "",
      description: textOf(object, "description"),
    }));
    this.access = { groups, policies: this.policies, accounts: this.ownAccounts() };
  }

  /** All apps that a site can have; the others are noted. */
  read(): AppParts {
    const known = new Map(Object.entries(this.basis.base.apps ?? {}).map(([key, { slug = key }]) => [slug, key]));
    const keys = new Keys();
    const apps: Record<string, App> = {};
    const hosts: Record<string, ForwardAuthApp> = {};
    for (const live of inOrderOfOutposts(this.basis.instance)) {
      const slug = textOf(live, "slug") ?? "";
      // What no site can have takes no key from what one can.
      const key = isKey(slug) ? keys.of(slug, known.get(slug)) : "";
      const { notes, value: app } = this.app(live, key, slug);
      this.basis.notes.push(...notes);
      const host = app === undefined || this.basis.leftOut.has("hostAccess") ? undefined : hostOf(app, slug);
      if (host !== undefined && isLike(Object.values(hosts)[0], app)) hosts[host] = app as ForwardAuthApp;
      else if (app !== undefined) apps[key] = app;
    }
    return {
      site: given({
        scopeMappings: this.scopes.site(),
        policies: this.policies.site(),
        apps,
        hostAccess: this.hostAccess(hosts),
        ldap: this.ldap(),
      }),
      files: new Map([...this.policies.files, ...this.scopes.files]),
      open: this.open,
    };
  }

  private app(live: Live, key: string, slug: string): Reading<App> {
    const what = `app ${slug}`;
    const bare =
      this.basis.leftOut.get(`apps.${key}`) ?? this.basis.leftOut.get(`hostAccess.${slug}`) ?? unfit(live, slug);
    if (bare !== undefined) return unsaid(what, bare);
    const opened = accessOf(this.basis, live, this.access);
    if ("why" in opened) return unsaid(what, opened.why);
    const place = { slug, common: { ...this.common(live, key, slug), access: opened.access } };
    const app: Reading<App> =
      this.oidc(live["provider"], place, this.basis.base.apps?.[key]) ??
      this.forwardAuth(live["provider"], place) ??
      this.ldapApp(live["provider"], place, this.basis.base.apps?.[key]) ??
      unsaid(what, "has a provider of a kind that a site cannot have");
    if (opened.isOpen && app.value !== undefined) this.open.push(slug);
    return app;
  }

  private common(live: Live, key: string, slug: string): Served["common"] {
    return {
      name: live["name"],
      slug: slug === key ? undefined : slug,
      launchUrl: textOf(live, "meta_launch_url"),
      icon: textOf(live, "meta_icon"),
      description: textOf(live, "meta_description"),
      publisher: textOf(live, "meta_publisher"),
      section: textOf(live, "group"),
      openInNewTab: live["open_in_new_tab"],
    };
  }

  private oidc(pk: unknown, place: Place, known: App | undefined): Reading<OidcApp> | undefined {
    const { instance } = this.basis;
    const provider = instance.get("providers/oauth2", pk);
    if (provider === undefined) return undefined;
    const claims = this.claims(provider, OIDC_SCOPES);
    if (typeof claims === "string") return unsaid(`app ${place.slug}`, claims);
    const base = known?.kind === "oidc" ? known : undefined;
    const { isEmailVerified: emailVerified, scopes } = claims;
    const directoryReader = this.directoryReader(place.slug, base);
    return oidcOf({ ...place, provider, base, scopes }, given({ emailVerified, directoryReader }), instance);
  }

  /** The account that `iac-<slug>-directory` is the password of. */
  private directoryReader(slug: string, base: OidcApp | undefined): OidcApp["directoryReader"] {
    const account = this.accountOf(`iac-${slug}-directory`);
    if (account === undefined) return undefined;
    const username = textOf(account, "username");
    return given({ ...base?.directoryReader, username: username === `${slug}-directory` ? undefined : username });
  }

  private forwardAuth(pk: unknown, place: Place): Reading<ForwardAuthApp> | undefined {
    const provider = this.basis.instance.get("providers/proxy", pk);
    if (provider === undefined) return undefined;
    const claims = this.claims(provider, PROXY_SCOPES);
    if (typeof claims === "string") return unsaid(`app ${place.slug}`, claims);
    return forwardAuthOf({ ...place, provider, base: undefined, scopes: claims.scopes }, this.outpostOf(pk));
  }

  private ldapApp(pk: unknown, place: Place, known: App | undefined): Reading<LdapApp> | undefined {
    const provider = this.basis.instance.get("providers/ldap", pk);
    if (provider === undefined) return undefined;
    const why = this.basis.leftOut.get("ldap");
    if (why !== undefined) return unsaid(`app ${place.slug}`, why);
    const root = this.root ?? rootOf(place.slug, provider);
    const shared = read(`app ${place.slug}`, ldapShape, { root });
    if (shared.value === undefined) return shared as Reading<never>;
    const base = known?.kind === "ldap" ? known : undefined;
    const app = ldapOf({ ...place, provider, base, scopes: [] }, root);
    if (app.value === undefined) return app;
    this.root = root;
    this.certificate ??= nameOf(this.basis.instance, provider["certificate"]);
    return app;
  }

  /** What the LDAP apps share; nothing where there is none. */
  private ldap(): SiteInput["ldap"] {
    if (this.root === undefined) return undefined;
    const [stage] = this.basis.instance.having("stages/user_login", "name", "iac-ldap-login");
    const sessionMinutes = lengthIn("minutes", stage?.["session_duration"]);
    return given({
      root: this.root,
      certificate: this.certificate,
      sessionMinutes: sessionMinutes === 30 ? undefined : sessionMinutes,
    });
  }

  private hostAccess(hosts: Readonly<Record<string, ForwardAuthApp>>): HostAccess | undefined {
    const [any] = Object.values(hosts);
    if (any === undefined) return undefined;
    const { accessTokenValidity, outpost, section } = any;
    return given({
      hosts: Object.fromEntries(Object.entries(hosts).map(([host, { access }]) => [host, access])),
      accessTokenValidity,
      section,
      outpost,
    });
  }

  /** Scopes beyond the usual ones, as a site names them; a text says why it cannot. */
  private claims(provider: Live, usual: readonly string[]): { scopes: string[]; isEmailVerified: boolean } | string {
    const { instance } = this.basis;
    const path = "propertymappings/provider/scope";
    const known = usual.flatMap((managed) => instance.having(path, "managed", managed).map(({ pk }) => pk));
    const claims = { scopes: [] as string[], isEmailVerified: false };
    for (const pk of beyond(provider, "property_mappings", known)) {
      const mapping = instance.get(path, pk);
      if (mapping === undefined) return "asks for claims of a mapping that cannot be read";
      const managed = textOf(mapping, "managed") ?? "";
      if (textOf(mapping, "name") === "iac-email-verified") claims.isEmailVerified = true;
      else if (managed === `${SCOPE}authentik_api`) continue;
      else {
        const key = managed.startsWith(SCOPE) ? managed.slice(SCOPE.length) : this.scopes.keyOf(mapping);
        if (key === undefined) return `asks for claims of ${String(mapping["name"])}, which is not in the site`;
        claims.scopes.push(key);
      }
    }
    return claims;
  }

  private accountOf(identifier: string): Live | undefined {
    const { instance } = this.basis;
    const [token] = instance.having("core/tokens", "identifier", identifier);
    return token && instance.get("core/users", token["user"]);
  }

  /** Accounts that this project makes for apps. */
  private ownAccounts(): ReadonlySet<unknown> {
    const slugs = this.basis.instance.all("core/applications").map((app) => textOf(app, "slug") ?? "");
    const identifiers = slugs.flatMap((slug) => [`iac-${slug}-directory`, `iac-ldap-${slug}`]);
    return new Set(identifiers.flatMap((identifier) => this.accountOf(identifier)?.pk ?? []));
  }
}

/** Applications in the order in which outposts list their providers, which a plan compares. */
function inOrderOfOutposts(instance: Basis["instance"]): Live[] {
  const providers = instance.all("outposts/instances").flatMap((outpost) => list(outpost.providers));
  const places = new Map(providers.map((pk, place) => [pk, place]));
  const placeOf = ({ provider }: Live): number => places.get(provider) ?? providers.length;
  return [...instance.all("core/applications")].sort((a, b) => placeOf(a) - placeOf(b));
}

type Place = Pick<Served, "common" | "slug">;

/** Why no site can have an application, whatever its provider says. */
function unfit(live: Live, slug: string): string | undefined {
  if (!isKey(slug)) return "has a slug that a site cannot have: lower-case letters, digits and single dashes";
  if (live["provider"] === null || live["provider"] === undefined) return "has no provider; a site has no bare links";
  if (list(live.backchannel_providers).length > 0) return "has backchannel providers, which a site cannot have";
  return undefined;
}

/** Whether a host has what all restricted hosts of a site share; the first has it anyway. */
function isLike(first: ForwardAuthApp | undefined, app: App | undefined): boolean {
  if (first === undefined || app?.kind !== "forward-auth") return first === undefined;
  return (["accessTokenValidity", "outpost", "section"] as const).every((name) => first[name] === app[name]);
}

/** The host of an app that stands for a restricted host. */
function hostOf(app: App, slug: string): string | undefined {
  if (app.kind !== "forward-auth" || app.mode !== undefined || app.providerName !== undefined) return undefined;
  const isHost = app.externalHost === `https://${app.name}` && hostSlug(app.name) === slug;
  return isHost && app.launchUrl === undefined && app.icon === undefined ? app.name : undefined;
}
