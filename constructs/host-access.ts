import { Construct } from "constructs";
import type { AccessEntry } from "./access-bindings";
import { constructId } from "./construct-id";
import { ForwardAuthApp } from "./forward-auth-app";
import type { Lookups } from "./lookups";

/** Who may open one host. */
export interface RestrictedHost {
  /** Part of the application's URLs in authentik, unique. */
  readonly slug: string;
  /** Who may open it; at least one entry. */
  readonly access: readonly AccessEntry[];
  /** Whether one entry of `access` is enough or all are needed.  @default "any" */
  readonly match?: "any" | "all";
}

export interface HostAccessProps {
  /** Hosts, such as `traefik.example.org`, to who may open them. */
  readonly hosts: Readonly<Record<string, RestrictedHost>>;
  /** Flows and scopes, read once in a stack. */
  readonly lookups: Lookups;
  /** How long a sign-in to one of the hosts lasts.  @default "weeks=4" */
  readonly accessTokenValidity?: string;
  /** Heading the tiles stand under.  @default - none */
  readonly section?: string;
}

/**
 * Hosts that only some people may open, beside a domain everybody may: a provider, an application and bindings for each.
 * The policies of a domain's own provider run once, when the cookie is made, and are not told a host, so they cannot
 * restrict one. A host with a provider of its own is found before the domain it is in.
 * @throws RefusedError when a host is no host name, or nobody may open it
 */
export class HostAccess extends Construct {
  /** The apps by host. */
  readonly apps: ReadonlyMap<string, ForwardAuthApp>;

  constructor(scope: Construct, id: string, { hosts, lookups, accessTokenValidity, section }: HostAccessProps) {
    super(scope, id);
    this.apps = new Map(
      Object.entries(hosts).map(([host, restricted]) => [
        host,
        new ForwardAuthApp(this, constructId(host), {
          ...restricted,
          title: host,
          mode: "forward_single",
          externalHost: `https://${host}`,
          lookups,
          accessTokenValidity,
          section,
        }),
      ]),
    );
  }
}
