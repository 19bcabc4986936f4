import { fine, inTurn, judged, Skip, wrong } from "./check";
import type { Finding, Verdict } from "./check";
import type { Answer } from "./edge";
import type { Patient } from "./patient";

/** A host behind an outpost, and what of it is open to everybody. */
interface Host {
  readonly origin: string;
  readonly open: readonly string[];
}

/** Whether hosts behind an outpost send strangers to authentik, and none lets them in. */
export async function edge(patient: Patient): Promise<Verdict> {
  const hosts = hostsOf(patient.site);
  if (hosts.length === 0) throw new Skip("the site names no host behind an outpost");
  const findings = await inTurn(hosts, async ({ open, origin }) => {
    if (open.some((pattern) => isOpen(pattern, `${origin}/`)))
      return fine(`${origin}: open without sign-in, as the site says`);
    const answer = await patient.edge.welcome(`${origin}/`);
    if ("trouble" in answer) return wrong(`${origin} must send to ${patient.url}, got ${answer.trouble}`);
    const sent = signIn(patient.url, answer);
    if (sent?.isByOutpost === true) return fine(`${origin}: ${answer.status} to ${patient.url}`);
    if (sent !== undefined) {
      return wrong(
        `${origin} must be asked about by an outpost, got one that signs people in by itself (${sent.client})`,
      );
    }
    return wrong(`${origin} must send to ${patient.url}, got ${inWords(answer)}`);
  });
  return judged(
    findings,
    "see that the host's Ingress names the Middleware of its outpost (docs/connect.md), that outpost-endpoints passes, and that this machine finds the host",
  );
}

/** Whether each restricted host is answered by its own provider: that of a whole domain asks no policy of a host. */
export async function hostAccess(patient: Patient): Promise<Verdict> {
  const restricted = Object.entries(patient.site.hostAccess?.hosts ?? {});
  if (restricted.length === 0) throw new Skip("the site restricts no hosts");
  const providers = await patient.live.proxyProviders();
  const unseen: string[] = [];
  const findings = await inTurn(restricted, async ([host, { slug }]): Promise<Finding> => {
    const own = providers.find(({ assignedApplicationSlug }) => assignedApplicationSlug === slug);
    if (own === undefined) return wrong(`${host} must have a provider of its own, got none`);
    const answer = await patient.edge.welcome(`https://${host}/`);
    const client = "trouble" in answer ? undefined : signIn(patient.url, answer)?.client;
    if (client === undefined) {
      unseen.push(host);
      return fine();
    }
    if (client === own.clientId) return fine(`${host}: its own provider`);
    const other = providers.find(({ clientId }) => clientId === client);
    return wrong(
      `${host} must be answered by its own provider, got ${other === undefined ? "one that is not known" : `"${other.name}"`}`,
    );
  });
  if (unseen.length > 0 && findings.every(({ problems }) => problems.length === 0)) {
    throw new Skip(
      `${unseen.join(", ")} did not send to authentik, so that nobody knows whose cookie would do (see edge)`,
    );
  }
  return judged(
    findings,
    "npm run deploy puts the provider into the outpost's list; whoever is signed in to the domain gets in until then",
  );
}

function hostsOf({ apps, hostAccess: restricted }: Patient["site"]): Host[] {
  const single = Object.values(apps).flatMap((app): Host[] => {
    if (app.kind !== "forward-auth" || app.mode === "forward_domain" || !URL.canParse(app.externalHost)) return [];
    return [{ origin: new URL(app.externalHost).origin, open: app.unauthenticatedPaths }];
  });
  const hosts = Object.keys(restricted?.hosts ?? {}).map((host): Host => ({ origin: `https://${host}`, open: [] }));
  return [...single, ...hosts];
}

/** An outpost looks for the pattern in the path. */
function isOpen(pattern: string, url: string): boolean {
  try {
    return new RegExp(pattern).test(new URL(url).pathname);
  } catch {
    // One that only Go understands; the host then tells itself whether it is open.
    return false;
  }
}

/** The client that an answer sends to authentik's sign-in as; nothing when it sends elsewhere. */
function signIn(
  url: string,
  { location, status }: Answer,
): { readonly client: string; readonly isByOutpost: boolean } | undefined {
  if (status < 300 || status >= 400 || location === undefined) return undefined;
  const authorize = new URL(`${url}/application/o/authorize/`);
  if (location.origin !== authorize.origin || location.pathname !== authorize.pathname) return undefined;
  const client = location.searchParams.get("client_id");
  if (client === null) return undefined;
  const back = location.searchParams.get("redirect_uri") ?? "";
  return { client, isByOutpost: URL.canParse(back) && new URL(back).pathname.endsWith(CALLBACK) };
}

/** Where an outpost has people come back to; an app that is a client itself has a place of its own. */
const CALLBACK = "/outpost.goauthentik.io/callback";

function inWords({ headers, location, status }: Answer): string {
  if (headers.get("x-auth-fallback") !== null)
    return `${status} and the emergency password: the outpost does not answer`;
  const asked = headers.get("www-authenticate");
  if (asked !== null) return `${status} and ${asked}`;
  if (status >= 200 && status < 300) return `${status}: it lets strangers in`;
  return location === undefined ? String(status) : `${status} to ${location.origin}`;
}
