import { AdminApi } from "@goauthentik/api/dist/apis/AdminApi";
import { CoreApi } from "@goauthentik/api/dist/apis/CoreApi";
import type { Token } from "@goauthentik/api/dist/models/Token";
import { connections } from "../../config/connection";
import type { VaultRef } from "../../config/schema";
import { Failure } from "../../delivery/failure";
import { member } from "../../delivery/fetch-error";
import { counted, fine, inTurn, judged, Skip, wrong } from "./check";
import type { Finding, Verdict } from "./check";
import { healthOf, isAlive } from "./outpost-mode";
import { outpostsOf } from "./outposts";
import type { Patient } from "./patient";

/** Whether authentik answers and takes the token. */
export async function reach(patient: Patient): Promise<Verdict> {
  const found = await patient.reach();
  if ("token" in found) return judged([fine(`${patient.apiUrl} answers, the token is ${found.username}'s`)], "");
  return { status: "fail", evidence: [], why: found.why, remedy: found.remedy };
}

/** Whether the server and its outposts run what the site says. */
export async function version(patient: Patient): Promise<Verdict> {
  const { site, live } = patient;
  const { versionCurrent: running } = await (await live.open()).use(AdminApi).adminVersionRetrieve();
  const remedy =
    "npm run deploy brings server and outposts to the version of the site; where authentik is not the site's, set version to what runs";
  const server = serverVersion(site, running);
  // What is wrong anyway is told, also to whom may not look at outposts.
  if (server.problems.length > 0) return judged([server], remedy);
  const outposts = await inTurn(outpostsOf(site), async (outpost) => {
    const versions = ((await healthOf(patient, outpost)) ?? [])
      .filter((one) => isAlive(one, patient.now))
      .map((one) => one.version);
    const others = new Set(versions.filter((one) => Boolean(one) && one !== running));
    if (others.size === 0) return fine();
    return wrong(`the outpost "${outpost.name}" must run ${running} as the server does, got ${[...others].join(", ")}`);
  });
  return judged([server, ...outposts], remedy);
}

/** Provider, client and server of one year and month belong together; a site's own server is of one patch as well. */
function serverVersion({ platform, version: { server } }: Patient["site"], running: string): Finding {
  const release = (text: string): string => text.split(".").slice(0, 2).join(".");
  if (running === server) return fine(`${running} runs`);
  const isOther = platform !== undefined || release(running) !== release(server);
  if (!isOther) return fine(`${running} runs, the site says ${server}`);
  return wrong(`the server must run ${server}, got ${running}`);
}

/** Whether the token of the first start, which may do everything and never ends, is no longer taken. */
export async function bootstrapToken(patient: Patient): Promise<Verdict> {
  const { bootstrap, apiToken } = patient.site.authentik;
  if (bootstrap === undefined) throw new Skip("the site has no bootstrap token in Vault");
  const { mount, path, key } = bootstrap.token;
  const remedy =
    "make Terraform a token of its own (authentik-iac token create --for apply), then delete authentik-bootstrap-token in Directory, Tokens";
  const isInUse =
    apiToken.from === "vault" && apiToken.ref.mount === mount && apiToken.ref.path === path && apiToken.ref.key === key;
  if (isInUse) throw new Skip(`Terraform signs in with it; ${remedy}`);
  const place = `${mount}/${path} ${key}`;
  const token = await kept(patient, bootstrap.token);
  if (token === undefined) return judged([fine(`nothing in ${place}`), await inAuthentik(patient)], remedy);
  const refusal = await patient.refusalOf(token);
  if (refusal === undefined) return judged([wrong(`the token of ${place} must be refused, got an answer`)], remedy);
  return judged([fine(`the token of ${place} is refused: ${refusal}`)], remedy);
}

const BOOTSTRAP_TOKEN = "authentik-bootstrap-token";

/** Whether authentik still has the token, which works as well when Vault has forgotten it. */
async function inAuthentik({ live, reach: reached }: Patient): Promise<Finding> {
  const core = (await live.open()).use(CoreApi);
  const { results } = await core.coreTokensList({ identifier: BOOTSTRAP_TOKEN, pageSize: 1 });
  if (results.length > 0) return wrong(`authentik must have no token ${BOOTSTRAP_TOKEN}, got one`);
  const me = await reached();
  if ("isSuperuser" in me && me.isSuperuser) return fine(`no token ${BOOTSTRAP_TOKEN} in authentik`);
  throw new Skip(`Vault has none, and whether authentik has ${BOOTSTRAP_TOKEN} is seen by a superuser's token alone`);
}

/**
 * A value in Vault.
 * @throws Skip where this account may not read it
 */
async function kept(patient: Patient, ref: VaultRef): Promise<string | undefined> {
  try {
    return await (await patient.vault())?.value(ref);
  } catch (error) {
    if (error instanceof Failure) throw new Skip(error.message);
    throw error;
  }
}

/** Whether every OIDC app publishes keys, and calls itself what the app was told. */
export async function oidc(patient: Patient): Promise<Verdict> {
  const { edge, site, url } = patient;
  const apps = connections(site).filter((connection) => connection.kind === "oidc");
  if (apps.length === 0) throw new Skip("the site has no OIDC apps");
  await patient.answers();
  const findings = await inTurn(apps, async ({ discovery, issuer, slug }) => {
    const [keys, told] = await Promise.all([edge.json(`${url}/application/o/${slug}/jwks/`), edge.json(discovery)]);
    if ("trouble" in keys) return wrong(`${slug} must publish its keys, got ${keys.trouble}`);
    if ("trouble" in told) return wrong(`${slug} must say its issuer, got ${told.trouble}`);
    if (keys.status !== 200) return wrong(`${slug} must publish its keys, got ${keys.status}`);
    const published = member(keys.body, "keys");
    const count = Array.isArray(published) ? published.length : 0;
    if (count === 0) return wrong(`${slug} must have a signing key, got none`);
    const got = member(told.body, "issuer");
    if (got === issuer) return fine(`${slug}: ${counted(count, "key")}`);
    return wrong(`the issuer of ${slug} must be ${issuer}, got ${typeof got === "string" ? got : told.status}`);
  });
  return judged(
    findings,
    "npm run deploy makes the app and its signing key; another issuer comes of authentik.url, or of a proxy that changes the Host header",
  );
}

const SOON_MS = 30 * 86_400_000;

/** Whether what apps, brands and our own accounts rely on ends soon. */
export async function expiry({ live, now, reach: reached }: Patient): Promise<Verdict> {
  const [certificates, tokens, users, me] = await Promise.all([
    live.certificates(),
    live.expiringTokens(),
    certificateUsers(live),
    reached(),
  ]);
  const isSoon = (date: Date): boolean => date.getTime() - now.getTime() < SOON_MS;
  const used = certificates.filter(({ pk }) => users.has(pk));
  const ends = used.map(({ certExpiry, name, pk }) => {
    const by = users.get(pk)?.join(", ") ?? "";
    if (certExpiry === null) return fine(`certificate ${name}: without an end`);
    if (!isSoon(certExpiry)) return fine(`certificate ${name}: until ${day(certExpiry)}`);
    return wrong(`the certificate "${name}" of ${by} must last, got an end on ${day(certExpiry)}`);
  });
  const username = "username" in me ? me.username : undefined;
  const ours = tokens.filter((token) => isOurs(token, username));
  const expiring = ours.map(({ expires, identifier }) => {
    if (!expires) return fine(`token ${identifier}: without an end`);
    if (!isSoon(expires)) return fine(`token ${identifier}: until ${day(expires)}`);
    return wrong(`the token ${identifier} must last, got an end on ${day(expires)}`);
  });
  return judged(
    [...ends, ...expiring],
    "renew the certificate under the same name (System, Certificates); make a token that does not expire, and raise its revision in the site",
  );
}

/** Who uses a certificate, by its key. */
async function certificateUsers(live: Patient["live"]): Promise<Map<string, string[]>> {
  const [oauth2, ldap, proxy, brands] = await Promise.all([
    live.oauth2Providers(),
    live.ldapProviders(),
    live.proxyProviders(),
    live.brands(),
  ]);
  const users = new Map<string, string[]>();
  const add = (name: string, ...keys: readonly (string | null | undefined)[]): void => {
    for (const key of keys) if (key != null) users.set(key, [...(users.get(key) ?? []), name]);
  };
  for (const { encryptionKey, name, signingKey } of oauth2) add(name, signingKey, encryptionKey);
  for (const { certificate, name } of [...ldap, ...proxy]) add(name, certificate);
  for (const { clientCertificates = [], domain, webCertificate } of brands) {
    add(domain, webCertificate, ...clientCertificates);
  }
  return users;
}

/** Those that Terraform makes, outposts sign in with, or this account does where it is no person. */
function isOurs({ identifier, managed, userObj }: Token, me: string | undefined): boolean {
  const isMachine = userObj.type === "service_account" && userObj.username === me;
  return isMachine || identifier.startsWith("iac-") || managed?.startsWith("goauthentik.io/outpost/") === true;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
