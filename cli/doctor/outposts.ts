import { connections } from "../../config/connection";
import type { Site } from "../../config/load";
import { Skip } from "./check";
import type { Labels } from "./cluster";

/** An outpost of the site, and where its pods are. */
export interface SiteOutpost {
  /** Its name in authentik. */
  readonly name: string;
  readonly type: "ldap" | "proxy";
  /** `kept` is the embedded one of a site that only says which apps it serves. */
  readonly form: "embedded-deployment" | "in-server" | "kept" | "managed";
  /** Its Service in the cluster. */
  readonly service: string;
  /** Namespace of its objects; nothing where the site does not know it. */
  readonly namespace: string | undefined;
  /** Pods there have to be; nothing where the site does not say. */
  readonly replicas: number | undefined;
  /** Whether requests go to the server's pods, also where it has its own. */
  readonly isServed: "by its own pods" | "by the server";
  /** Whether the Service has to send a person to the same pod each time. */
  readonly isSticky: boolean;
}

/** What the server calls the outpost it runs itself. */
export const EMBEDDED = {
  name: "authentik Embedded Outpost",
  managed: "goauthentik.io/outposts/embedded",
  service: "ak-outpost-authentik-embedded-outpost",
} as const;

/** Labels of the server's pods by which authentik's own selector chooses them. */
export const SERVER_SELECTOR: Labels = {
  "app.kubernetes.io/name": "authentik",
  "app.kubernetes.io/component": "server",
};

/** Labels of the embedded outpost's own pods, which are its selector too. */
export const OWN_SELECTOR: Labels = {
  "app.kubernetes.io/name": "authentik-embedded-outpost",
  "app.kubernetes.io/component": "outpost",
};

/** How names of those pods begin. */
export const OWN_PODS = "authentik-embedded-outpost-";

/** Every outpost of a site. */
export function outpostsOf(site: Site): SiteOutpost[] {
  const { ldap } = site.outposts;
  const everywhere = site.platform?.namespace ?? "authentik";
  const services = servicesOf(site);
  const managed = Object.entries(site.outposts.managed).map(([key, one]): SiteOutpost => ({
    name: one.name ?? key,
    type: "proxy",
    form: "managed",
    service: services.get(key) ?? "",
    namespace: one.namespace ?? everywhere,
    replicas: one.replicas,
    isServed: "by its own pods",
    isSticky: one.sessionAffinity === "ClientIP",
  }));
  const own = connections(site).find((connection) => connection.kind === "ldap");
  if (own === undefined) return [...embedded(site), ...managed];
  const [service = ""] = own.host.split(".");
  const directory: SiteOutpost = {
    name: ldap?.name ?? "ldap",
    type: "ldap",
    form: "managed",
    service,
    namespace: ldap?.namespace ?? everywhere,
    replicas: ldap?.replicas ?? 1,
    isServed: "by its own pods",
    isSticky: false,
  };
  return [...embedded(site), ...managed, directory];
}

/** The Services of the outposts that apps name, by key; authentik takes none without apps. */
function servicesOf(site: Site): Map<string, string> {
  const { apps, hostAccess } = site;
  const services = new Map<string, string>();
  for (const connection of connections(site)) {
    if (connection.kind !== "forward-auth") continue;
    const app = apps[connection.key];
    const key = app?.kind === "forward-auth" ? app.outpost : hostAccess?.outpost;
    if (key !== undefined) services.set(key, connection.outpost.service);
  }
  return services;
}

function embedded({ outposts, platform }: Site): SiteOutpost[] {
  const { embedded: given } = outposts;
  if (given === undefined) return [];
  const isOwn = given.form === "embedded-deployment" && given.receivesTraffic;
  return [
    {
      name: EMBEDDED.name,
      type: "proxy",
      form: given.form,
      service: EMBEDDED.service,
      namespace: platform?.namespace,
      replicas: isOwn ? given.replicas : given.form === "kept" ? undefined : serverReplicas(platform),
      isServed: isOwn ? "by its own pods" : "by the server",
      isSticky: false,
    },
  ];
}

/** How many pods the server has; nothing where the cluster decides. */
function serverReplicas(platform: Site["platform"]): number | undefined {
  const { server } = (platform?.values ?? {}) as {
    readonly server?: { readonly autoscaling?: { readonly enabled?: unknown } };
  };
  return server?.autoscaling?.enabled === true ? undefined : platform?.server.replicas;
}

/** An outpost whose objects are known to be somewhere. */
export type PlacedOutpost = SiteOutpost & { readonly namespace: string };

/**
 * The outposts whose objects are in a cluster the site knows.
 * @throws Skip when there is none
 */
export function placedOutposts(site: Site): PlacedOutpost[] {
  const all = outpostsOf(site);
  const placed = all.flatMap((outpost) => {
    const { namespace } = outpost;
    return namespace === undefined ? [] : [{ ...outpost, namespace }];
  });
  if (placed.length > 0) return placed;
  throw new Skip(
    all.length === 0 ? "the site has no outposts" : "the site has no platform, and does not know where its outpost is",
  );
}
