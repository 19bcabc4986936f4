import { statSync } from "node:fs";
import type { BackendConfig } from "../config/load";
import type { Problem } from "../config/problems";
import type { LooseSite } from "../config/rule";
import { checkEmbeddedOutpost } from "../constructs/embedded-outpost";
import { checkExpression } from "../constructs/expression";
import { checkForwardAuth } from "../constructs/forward-auth-app";
import { checkBaseDns, checkLdapApp, ldapBaseDn } from "../constructs/ldap-app";
import { checkClient, checkReader } from "../constructs/oidc-app";
import { checkManagedOutpost, checkWorkerAccount } from "../constructs/managed-outpost";
import type { ManagedOutpostOptions } from "../constructs/managed-outpost";
import { LOCAL_CLUSTER } from "../constructs/outpost-config";
import { checkSharedDatabase } from "../constructs/outpost-deployment";
import { checkRedirectUris } from "../constructs/redirect-uri";
import type { Refusal } from "../constructs/refusal";
import { checkBackend } from "./backend";
import { checkMadeNames } from "./name-checks";
import { authProxyRefusals, platformRefusals } from "./platform-checks";
import { signInProblems } from "./sign-in-checks";

/** What the constructs would refuse, found while the site is read, so that one error lists it beside everything else. */
export function checkConstructs(site: LooseSite, backend: BackendConfig | undefined): Problem[] {
  return [
    ...checkStateBackend(backend),
    ...checkApps(site),
    ...checkLdapNames(site),
    ...checkOutposts(site),
    ...checkPlatform(site),
    ...signInProblems(site),
    ...checkFiles(site),
    ...checkMadeNames(site),
  ];
}

function checkStateBackend(backend: BackendConfig | undefined): Problem[] {
  const text = backend && checkBackend(backend.type, backend.arguments);
  return text === undefined ? [] : problems("backend", [{ code: "AK015", field: "", text }]);
}

function problems(where: string, refusals: readonly Refusal[]): Problem[] {
  return refusals.map((refusal) => ({ ...refusal, where }));
}

function checkApps({ apps = {} }: LooseSite): Problem[] {
  return Object.entries(apps).flatMap(([key, app]) => problems(`apps.${key}`, app === undefined ? [] : checkApp(app)));
}

type LooseApp = NonNullable<NonNullable<LooseSite["apps"]>[string]>;

function checkApp(app: LooseApp): Refusal[] {
  switch (app.kind) {
    case "oidc":
      return checkOidcApp(app);
    case "forward-auth":
      return checkForwardAuth(app);
    case "ldap":
      return checkLdapApp({ match: matchOf(app) }).map((refusal) =>
        refusal.field === "match" ? { ...refusal, field: "access.match" } : refusal,
      );
    case undefined:
      return [];
  }
}

function checkOidcApp(app: Extract<LooseApp, { readonly kind?: "oidc" | undefined }>): Refusal[] {
  const uris = (app.redirectUris ?? []).flatMap((uri) => {
    if (typeof uri === "string") return [{ url: uri }];
    return uri?.url === undefined ? [] : [{ ...uri, url: uri.url }];
  });
  const reader = checkReader({ directoryReader: app.directoryReader, match: matchOf(app) });
  return [
    ...(uris.length === 0 ? [] : checkRedirectUris(uris)),
    ...checkClient(app),
    ...reader.map((refusal) => ({ ...refusal, field: "access.match" })),
  ];
}

function matchOf({ access }: LooseApp): "all" | "any" | undefined {
  return access === "everyone" ? undefined : access?.match;
}

function checkLdapNames({ apps = {}, ldap }: LooseSite): Problem[] {
  const placed = Object.entries(apps).flatMap(([key, app]) => {
    if (app?.kind !== "ldap") return [];
    const baseDn = app.baseDn ?? (ldap?.root === undefined ? undefined : ldapBaseDn(app.slug ?? key, ldap.root));
    return baseDn === undefined ? [] : [{ where: `apps.${key}`, baseDn }];
  });
  return checkBaseDns(placed);
}

function checkOutposts({ outposts, platform, apps = {} }: LooseSite): Problem[] {
  const { embedded, managed = {}, ldap } = outposts ?? {};
  const own = Object.entries(managed).map(([key, options]): [string, ManagedOutpostOptions | undefined] => [
    `managed.${key}`,
    options && { ...options, name: options.name ?? key, type: "proxy" },
  ]);
  const run = [...own, ["ldap", ldap && { ...ldap, type: "ldap" as const }] as const];
  const hasLdap = Object.values(apps).some((app) => app?.kind === "ldap");
  return [
    ...below("embedded", embedded === undefined ? [] : checkEmbedded(embedded, platform)),
    ...run.flatMap(([place, options]) => below(place, options === undefined ? [] : checkManagedOutpost(options))),
    ...(Object.keys(managed).length > 0 || hasLdap || embedded !== undefined
      ? problems("platform", checkWorkerAccount(platform?.values))
      : []),
  ];
}

function below(place: string, refusals: readonly Refusal[]): Problem[] {
  return problems(`outposts.${place}`, refusals);
}

type LooseEmbedded = NonNullable<NonNullable<LooseSite["outposts"]>["embedded"]>;

function checkEmbedded(embedded: LooseEmbedded, platform: LooseSite["platform"]): Refusal[] {
  if (embedded.form === "kept") return [];
  const refusals = checkEmbeddedOutpost({
    ...embedded,
    cluster: { namespace: platform?.namespace ?? "" },
    deployment: embedded.form === "embedded-deployment" ? { replicas: embedded.replicas } : undefined,
  });
  if (platform !== undefined) return refusals;
  if (embedded.form === "embedded-deployment") {
    const text =
      'must be "in-server" without a platform, got "embedded-deployment"; describe platform, in whose namespace the pods run';
    return [...refusals, { field: "form", text }];
  }
  const serviceConnection = "serviceConnection" in embedded ? embedded.serviceConnection : LOCAL_CLUSTER;
  if (serviceConnection === undefined || serviceConnection === LOCAL_CLUSTER) return refusals;
  const text = `must be left out without a platform, got "${serviceConnection}"; the outpost keeps the connection it has`;
  return [...refusals, { field: "serviceConnection", text }];
}

function checkPlatform(site: LooseSite): Problem[] {
  const { platform, outposts } = site;
  const shared =
    outposts?.embedded?.form === "embedded-deployment"
      ? checkSharedDatabase(platform?.database?.sslMode, platform?.values)
      : [];
  return [
    ...problems("platform", [...platformRefusals(site), ...shared]),
    ...problems("platform.authProxy", authProxyRefusals(site)),
  ];
}

function checkFiles({ policies = {}, scopeMappings = {} }: LooseSite): Problem[] {
  return Object.entries({ policies, scopeMappings }).flatMap(([section, records]) =>
    Object.entries(records).flatMap(([key, record]) =>
      record?.file !== undefined && statSync(record.file, { throwIfNoEntry: false })?.isFile() === true
        ? problems(`${section}.${key}`, checkExpression(record.file, {}, record.form))
        : [],
    ),
  );
}
