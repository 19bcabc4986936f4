import { statSync } from "node:fs";
import type { BackendConfig } from "../config/load";
import type { Problem } from "../config/problems";
import type { LooseSite } from "../config/rule";
import { checkRelease } from "../constructs/authentik-release";
import type { AuthentikReleaseProps } from "../constructs/authentik-release";
import { constructId } from "../constructs/construct-id";
import { checkExpression } from "../constructs/expression";
import { checkClient } from "../constructs/oidc-app";
import { checkRedirectUris } from "../constructs/redirect-uri";
import type { Refusal } from "../constructs/refusal";
import { checkBackend } from "./backend";

/** What the constructs would refuse, found while the site is read, so that one error lists it beside everything else. */
export function checkConstructs(site: LooseSite, backend: BackendConfig | undefined): Problem[] {
  return [
    ...checkStateBackend(backend),
    ...checkApps(site),
    ...checkPlatform(site),
    ...checkFiles(site),
    ...checkPersonIds(site),
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
  return Object.entries(apps).flatMap(([key, app]) => {
    const uris = (app?.redirectUris ?? []).flatMap((uri) => {
      if (typeof uri === "string") return [{ url: uri }];
      return uri?.url === undefined ? [] : [{ ...uri, url: uri.url }];
    });
    const redirects = app?.redirectUris === undefined || uris.length === 0 ? [] : checkRedirectUris(uris);
    return problems(`apps.${key}`, [...redirects, ...checkClient(app ?? {})]);
  });
}

function checkPlatform({ platform, authentik }: LooseSite): Problem[] {
  if (platform === undefined) return [];
  const { database, smtp, tuning, server, worker, values = {} } = platform;
  const bootstrap = authentik?.bootstrap && { secretName: "bootstrap", email: authentik.bootstrap.email };
  const release = {
    database,
    smtp,
    tuning,
    server,
    worker,
    bootstrap,
    secretName: "secret",
    secretChecksum: "checksum",
  };
  return problems("platform", checkRelease({ ...(release as Partial<AuthentikReleaseProps>), values }));
}

function checkFiles({ policies = {}, scopeMappings = {} }: LooseSite): Problem[] {
  return Object.entries({ policies, scopeMappings }).flatMap(([section, records]) =>
    Object.entries(records).flatMap(([key, record]) =>
      record?.file !== undefined && statSync(record.file, { throwIfNoEntry: false })?.isFile() === true
        ? problems(`${section}.${key}`, checkExpression(record.file))
        : [],
    ),
  );
}

/** Two usernames whose construct ids are one. */
function checkPersonIds({ users }: LooseSite): Problem[] {
  const owners = new Map<string, string>();
  return Object.keys(users).flatMap((username) => {
    const id = constructId(username);
    const owner = owners.get(id);
    owners.set(id, owner ?? username);
    if (owner === undefined) return [];
    const text = `must have an id of its own, got "${id}", which users.${owner} has; rename one of them`;
    return problems(`users.${username}`, [{ code: "AK001", field: "", text }]);
  });
}
