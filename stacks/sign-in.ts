import { Construct } from "constructs";
import type { Site, SourceConfig } from "../config/load";
import { AdoptedBrand } from "../constructs/adopted-brand";
import { ADOPTED_LOGIN_ADDRESSES, AdoptedLogin } from "../constructs/adopted-login";
import { AvatarSettings } from "../constructs/avatar-settings";
import { Brand } from "../constructs/brand";
import type { Directory } from "../constructs/directory";
import { EnrollmentFlow } from "../constructs/enrollment-flow";
import { FactorSetUp } from "../constructs/factor-set-up";
import type { SetUpFactor } from "../constructs/factor-set-up";
import { Forgotten } from "../constructs/forgotten";
import { PasskeyLogin } from "../constructs/passkey-login";
import { PasswordPolicy } from "../constructs/password-policy";
import { RecoveryFlow } from "../constructs/recovery-flow";
import type { SessionStageProps } from "../constructs/session-stage";
import { SET_UP, SingleScreenLogin } from "../constructs/single-screen-login";
import { SocialSource } from "../constructs/social-source";
import { SourceLogin } from "../constructs/source-login";
import { unescapeTemplate } from "../constructs/template";
import { asksForPassword, enrollingSources, grantedGroup, makesPasskey } from "./enrollment-options";
import type { Providers } from "./providers";

export interface SignInProps {
  readonly site: Site;
  readonly providers: Providers;
  readonly groups: Directory;
}

/** Flows that a login or a brand leads to. */
interface Ways {
  readonly recoveryFlow?: RecoveryFlow | undefined;
  readonly enrollmentFlow?: EnrollmentFlow | undefined;
  readonly passwordlessFlow?: PasskeyLogin | undefined;
  /** Uuids of the sources, in the order of the site. */
  readonly sources?: readonly string[] | undefined;
}

/** How people get in, and back in: logins, sources, enrollment, recovery, what they set themselves, and the brands that show it. */
export class SignIn {
  private readonly setUpScope: Construct;
  private readonly setUps = new Map<SetUpFactor, FactorSetUp>();
  private readonly sourceScope: Construct;
  private readonly sources = new Map<string, SocialSource>();
  private sourceLogin: SourceLogin | undefined;

  constructor(
    private readonly scope: Construct,
    private readonly props: SignInProps,
  ) {
    const { site } = props;
    this.setUpScope = new Construct(scope, "set-up");
    this.sourceScope = new Construct(scope, "sources");
    const policy = this.passwordPolicy();
    const recoveryFlow = site.recovery && this.addRecovery(site.recovery, policy);
    const passwordlessFlow =
      site.login?.passwordless === true
        ? new PasskeyLogin(scope, "passkey", { ...this.session, background: this.background })
        : undefined;
    const enrollmentFlow = site.enrollment && this.addEnrollment(site.enrollment, policy);
    const sources = Object.keys(site.sources).map((key) => this.source(key).sourceId);
    const ways = {
      recoveryFlow,
      enrollmentFlow,
      passwordlessFlow,
      sources: sources.length === 0 ? undefined : sources,
    };
    this.addBrand(this.addLogin(ways), ways);
  }

  /** What of a session is the login's, and that of whoever gets in by another way. */
  private get session(): Omit<SessionStageProps, "name" | "terminateOtherSessions"> {
    const { sessionDuration, rememberMeOffset, networkBinding, geoipBinding } =
      this.props.site.login ?? this.props.site.adopt?.login ?? {};
    return { sessionDuration, rememberMeOffset, networkBinding, geoipBinding };
  }

  /** Flows that Terraform makes have a picture of their own, and the brand's does not show. */
  private get background(): string | undefined {
    return this.props.site.brand?.background;
  }

  /** The uuid of the policy that all new passwords have to pass. */
  private passwordPolicy(): string | undefined {
    const { site } = this.props;
    if (site.recovery === undefined && !asksForPassword(site)) return undefined;
    return new PasswordPolicy(this.scope, "password-policy", site.passwordPolicy).policyId;
  }

  private addRecovery(recovery: NonNullable<Site["recovery"]>, passwordPolicy: string | undefined): RecoveryFlow {
    const { networkBinding, geoipBinding, sessionDuration } = this.session;
    const { emailSubject: subject, ...rest } = recovery;
    return new RecoveryFlow(this.scope, "recovery", {
      ...rest,
      subject,
      passwordPolicy,
      sessionDuration: recovery.sessionDuration ?? sessionDuration,
      networkBinding,
      geoipBinding,
      background: this.background,
    });
  }

  private addEnrollment(
    enrollment: NonNullable<Site["enrollment"]>,
    passwordPolicy: string | undefined,
  ): EnrollmentFlow {
    const { site, groups } = this.props;
    const { by, title, totp, userType, usersGroup, tokenMinutes, emailSubject: subject } = enrollment;
    const enrolling = enrollingSources(site);
    const granted = (key: string): ReturnType<typeof grantedGroup> => {
      const group = grantedGroup(site, key);
      // Python sees the name, as it is before Terraform's templates are escaped.
      return { ...group, name: unescapeTemplate(group.name) };
    };
    return new EnrollmentFlow(this.scope, "enrollment", {
      ...{ by, title, userType, subject, tokenMinutes },
      assignableGroups: enrollment.assignableGroups.map(granted),
      usersGroup: usersGroup === undefined ? undefined : { ...granted(usersGroup), id: groups.groupId(usersGroup) },
      passwordPolicy: asksForPassword(site) ? passwordPolicy : undefined,
      passkeySetUp: makesPasskey(site) ? this.setUp("webauthn") : undefined,
      totpSetUp: totp ? this.setUp("totp") : undefined,
      sources: enrolling && ((flow) => enrolling.map((key) => this.source(key, flow).sourceId)),
      session: {
        sessionDuration: enrollment.sessionDuration ?? this.session.sessionDuration,
        rememberMeOffset: enrollment.rememberMeOffset ?? this.session.rememberMeOffset,
        networkBinding: enrollment.networkBinding ?? this.session.networkBinding,
        geoipBinding: enrollment.geoipBinding ?? this.session.geoipBinding,
      },
      background: this.background,
    });
  }

  /** A source, made when it is first asked for: those of the enrollment by it. */
  private source(key: string, enrollmentFlow?: string): SocialSource {
    const known = this.sources.get(key);
    if (known !== undefined) return known;
    const source = this.props.site.sources[key];
    if (source === undefined) throw new Error(`the site has no source "${key}"`);
    const made = this.addSource(key, source, enrollmentFlow);
    this.sources.set(key, made);
    return made;
  }

  private addSource(key: string, source: SourceConfig, enrollmentFlow: string | undefined): SocialSource {
    const { name: title, scopes, clientSecret, ...rest } = source;
    this.sourceLogin ??= new SourceLogin(this.scope, "source-login", this.session);
    return new SocialSource(this.sourceScope, key, {
      ...rest,
      title,
      clientSecret: this.props.providers.vault.stored(clientSecret),
      scopes: scopes?.join(" "),
      authenticationFlow: this.sourceLogin,
      enrollmentFlow,
    });
  }

  /** The uuid of the stage in which people set a factor up, which all flows share. */
  private setUp(factor: SetUpFactor): string {
    const made = this.setUps.get(factor) ?? new FactorSetUp(this.setUpScope, factor, { factor });
    this.setUps.set(factor, made);
    return made.stageId;
  }

  private addLogin(ways: Ways): SingleScreenLogin | undefined {
    const { site, providers } = this.props;
    const { login } = site;
    if (login === undefined) return undefined;
    const { passwordless: _, mfa, ...rest } = login;
    const factors = mfa?.notConfigured === "configure" ? (mfa.setUp ?? SET_UP) : [];
    const setUpStages = Object.fromEntries(factors.map((factor) => [factor, this.setUp(factor)]));
    return new SingleScreenLogin(this.scope, "login", {
      ...rest,
      ...ways,
      mfa: mfa && { ...mfa, setUpStages },
      background: this.background,
      lookups: providers.lookups,
    });
  }

  private addBrand(login: SingleScreenLogin | undefined, ways: Ways): void {
    const { site, providers } = this.props;
    const { brand, adopt, userSettings, authentik } = site;
    const { lookups } = providers;
    const settings =
      userSettings && new AvatarSettings(this.scope, "user-settings", { ...userSettings, background: this.background });
    const flows = { userSettingsFlow: settings, recoveryFlow: ways.recoveryFlow };
    if (brand !== undefined) {
      const shown = { ...brand, ...flows, authenticationFlow: login };
      new Brand(this.scope, "brand", { ...shown, authentikUrl: authentik.url, lookups });
    }
    if (adopt?.brand !== undefined)
      new AdoptedBrand(this.scope, "adopted-brand", { ...adopt.brand, ...flows, lookups });
    else this.leave("adopted-brand", [["authentik_brand", ""]]);
    if (adopt?.login !== undefined) new AdoptedLogin(this.scope, "adopted-login", { ...adopt.login, ...ways, lookups });
    else this.leave("adopted-login", ADOPTED_LOGIN_ADDRESSES);
  }

  /** authentik's own: it stays as it is when the site leaves it. */
  private leave(id: string, addresses: readonly (readonly [type: string, below: string])[]): void {
    for (const [type, below] of addresses) {
      const name = ["identity", id, below].filter((part) => part !== "").join("_");
      new Forgotten(this.scope, [id, "left", below].filter((part) => part !== "").join("-"), `${type}.${name}`);
    }
  }
}
