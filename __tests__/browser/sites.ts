import { diff } from "../../access/diff";
import { pageData } from "../../access/page/data";
import { pageHtml } from "../../access/page/html";
import { readRevision } from "../../access/revision";
import type { World } from "../../access/world";
import { worldOf } from "../access/build";
import type { Plan } from "../access/build";
import { ROOT } from "../synth";

/** The default site as it is rendered. */
export function exampleSite(): World {
  return readRevision(ROOT);
}

/** The default site before somebody was put on call, and somebody else left the network. */
export function exampleBefore(): World {
  const world = exampleSite();
  const groups = (username: string, own: readonly string[]): readonly string[] => {
    if (username === "john") return own.filter((group) => group !== "On call");
    return username === "pat" ? [...own, "VPN"] : own;
  };
  return { ...world, people: world.people.map((one) => ({ ...one, groups: groups(one.username, one.groups) })) };
}

/** The page of a world, compared with another one where it is given. */
export async function pageOf(world: World, before?: World): Promise<string> {
  return pageHtml(pageData(world, before && { base: "main", diff: diff(before, world) }));
}

/** A site that is decided in every way there is, with names that would like to be more than names. */
export function awkwardSite(): World {
  const plan: Plan = {
    groups: {
      staff: {},
      deep: { parents: ["staff"], name: "</script><script>document.title='owned'</script>" },
      admins: { superuser: true },
    },
    people: {
      ann: { groups: ["staff"] },
      bob: { groups: ["deep"], username: "<img src=x onerror=document.title='owned'>" },
      cleo: { groups: [], username: "cleo\u202Eoelc" },
      dan: { groups: ["staff", "admins"], active: false },
      robot: { type: "service_account" },
    },
    policies: { hours: "return now.hour < 18", "iac-everyone": "return True" },
    apps: {
      wiki: { bindings: [{ group: "staff" }] },
      timed: { name: "<!--<script>", bindings: [{ policy: "hours" }] },
      both: { match: "all", bindings: [{ group: "staff" }, { group: "deep" }] },
      all: { bindings: [{ policy: "iac-everyone" }] },
      host: {
        bindings: [{ group: "staff" }],
        provider: { type: "proxy", mode: "forward_single", external_host: "https://host.example.org" },
      },
    },
  };
  return worldOf(plan);
}

/** As many people and apps as there may be. */
export function largeSite(changed = 0): World {
  const groups = 120;
  const some = <T>(count: number, make: (place: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
  const hosted = (n: number) => ({
    type: "proxy",
    mode: "forward_single",
    external_host: `https://app-${n}.example.org`,
  });
  const uris = (n: number) => ({
    type: "oauth2",
    client_type: "confidential",
    allowed_redirect_uris: [{ url: `https://app-${n}.example.org/oauth2/callback`, matching_mode: "strict" }],
  });
  return worldOf({
    groups: Object.fromEntries(
      some(groups, (n) => [`group${n}`, { name: `Group ${n}`, parents: n % 10 === 0 ? [] : [`group${n - 1}`] }]),
    ),
    people: Object.fromEntries(
      some(2000, (n) => [
        `person${n}`,
        {
          username: `person.number-${n}`,
          groups: some(5, (k) => `group${(n * 7 + k * 23 + (n < changed ? 1 : 0)) % groups}`),
        },
      ]),
    ),
    policies: { hours: "return now.hour < 18" },
    apps: Object.fromEntries(
      some(200, (n) => [
        `app-${n}`,
        {
          name: `Application ${n}`,
          bindings: [
            ...some(3, (k) => ({ group: `group${(n * 3 + k * 31) % groups}` })),
            ...(n % 20 === 0 ? [{ policy: "hours" }] : []),
          ],
          provider: n % 4 === 0 ? hosted(n) : uris(n),
        },
      ]),
    ),
  });
}
