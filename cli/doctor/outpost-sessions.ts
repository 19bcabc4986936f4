import { Oauth2Api } from "@goauthentik/api/dist/apis/Oauth2Api";
import { asJson, counted, fine, inTurn, judged, Skip, wrong } from "./check";
import type { Verdict } from "./check";
import type { Patient } from "./patient";

const DAY_SECONDS = 86_400;
const UNITS: Readonly<Record<string, number>> = {
  weeks: 7 * DAY_SECONDS,
  days: DAY_SECONDS,
  hours: 3600,
  minutes: 60,
  seconds: 1,
};
/** What the times of two servers, and of issuing and counting, may differ by. */
const SLACK_SECONDS = 300;

/** Whether a sign-in at an outpost lasts as long as the site says: each is an access token of the app's provider. */
export async function sessions(patient: Patient): Promise<Verdict> {
  const wanted = validities(patient);
  if (wanted.size === 0) throw new Skip("the site has no apps behind an outpost");
  const providers = (await patient.live.proxyProviders()).filter(({ assignedApplicationSlug }) =>
    wanted.has(assignedApplicationSlug ?? ""),
  );
  const api = (await patient.live.open()).use(Oauth2Api);
  const findings = await inTurn(providers, async ({ assignedApplicationSlug, pk }) => {
    const slug = assignedApplicationSlug ?? "";
    const validity = wanted.get(slug) ?? "";
    const { pagination, results } = await api.oauth2AccessTokensList({ provider: pk, ordering: "-pk", pageSize: 1 });
    const lifetime = lifetimeOf(results[0]);
    if (lifetime === undefined) return fine();
    const seen = `${slug}: ${counted(pagination.count, "sign-in")}, the newest for ${inWords(lifetime)}`;
    if (Math.abs(lifetime - seconds(validity)) <= SLACK_SECONDS) return fine(seen);
    return wrong(`the newest sign-in at ${slug} must last ${validity}, got ${inWords(lifetime)}`, seen);
  });
  if (findings.every(({ evidence }) => evidence.length === 0)) {
    throw new Skip(
      "nobody is signed in at an outpost, or the token sees nobody's sign-ins: there is nothing to measure",
    );
  }
  return judged(
    findings,
    "npm run deploy; what changed before counts from the next sign-in on, and where outposts keep sessions in pods, from their next start",
  );
}

/** How long sign-ins last by the slug of the application. */
function validities({ site }: Patient): Map<string, string> {
  const apps = Object.values(site.apps).flatMap((app) =>
    app.kind === "forward-auth" ? [[app.slug, app.accessTokenValidity] as const] : [],
  );
  const { hosts = {}, accessTokenValidity = "" } = site.hostAccess ?? {};
  return new Map([...apps, ...Object.values(hosts).map(({ slug }) => [slug, accessTokenValidity] as const)]);
}

function lifetimeOf(
  token: { readonly expires?: Date | null; readonly idToken: string } | undefined,
): number | undefined {
  const issued = token && asJson(token.idToken).iat;
  return typeof issued === "number" && token?.expires ? token.expires.getTime() / 1000 - issued : undefined;
}

function seconds(duration: string): number {
  return duration
    .split(";")
    .map((part) => part.split("="))
    .reduce((sum, [unit = "", count]) => sum + (UNITS[unit] ?? 0) * Number(count), 0);
}

function inWords(length: number): string {
  const [count, unit] = length < 2 * DAY_SECONDS ? [length / 3600, "hour"] : [length / DAY_SECONDS, "day"];
  return counted(Math.round(count * 10) / 10, unit);
}
