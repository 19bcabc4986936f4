import type { Connection } from "../../config/connection";

/** Clients that a snippet can be written for, to the kind of app each is of. */
export const CLIENTS = {
  grafana: "oidc",
  forgejo: "oidc",
  immich: "oidc",
  headscale: "oidc",
  kubectl: "oidc",
  jellyfin: "ldap",
  nginx: "forward-auth",
  traefik: "forward-auth",
} as const satisfies Record<string, Connection["kind"]>;

export type Client = keyof typeof CLIENTS;

/** Every client there is a snippet for. */
export const CLIENT_NAMES = Object.keys(CLIENTS) as Client[];

/** Other names under which people keep such an app. */
const NAMES: Readonly<Record<string, Client>> = { kubernetes: "kubectl", kubelogin: "kubectl" };

/** Clients that fit a kind of app. */
export function clientsOf(kind: Connection["kind"]): Client[] {
  return CLIENT_NAMES.filter((client) => CLIENTS[client] === kind);
}

/** The client that an app is by its key or slug. */
export function guessClient({ key, slug, kind }: Pick<Connection, "key" | "slug" | "kind">): Client | undefined {
  const names = [key, slug].flatMap((name) => [name, NAMES[name]]);
  return clientsOf(kind).find((client) => names.includes(client));
}
