import { stringify } from "yaml";
import type { ForwardAuthConnection } from "../../config/connection";
import { entrances, standIns } from "./snippet";
import type { Snippet, Source } from "./snippet";

const MIDDLEWARE = "authentik";

/** What an Ingress says, or an IngressRoute with a Middleware of its own, for Traefik 3. */
export function traefik({ connection }: Source<ForwardAuthConnection>): Snippet {
  const { name, namespace } = connection.middleware;
  const annotations = { "traefik.ingress.kubernetes.io/router.middlewares": `${namespace}-${name}@kubernetescrd` };
  return {
    parts: [
      {
        name: "Ingress, with the Middleware that is there",
        language: "yaml",
        text: stringify({ metadata: { annotations } }, { lineWidth: 0 }).trimEnd(),
      },
      {
        name: "IngressRoute in any namespace, with a Middleware of its own",
        language: "yaml",
        text: [
          ...standIns(connection, `The Service ${connection.slug} is the app's`),
          [middleware(connection), ingressRoute(connection)]
            .map((object) => stringify(object, { lineWidth: 0 }))
            .join("---\n"),
        ]
          .join("\n")
          .trimEnd(),
      },
    ],
    warnings: [],
  };
}

function middleware({ askAt, answerHeaders }: ForwardAuthConnection): object {
  const forwardAuth = { address: askAt, trustForwardHeader: true, authResponseHeaders: [...answerHeaders] };
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "Middleware",
    metadata: { name: MIDDLEWARE },
    spec: { forwardAuth },
  };
}

function ingressRoute(connection: ForwardAuthConnection): object {
  const { hasIngress, mode, outpost, slug } = connection;
  const asked = entrances(connection);
  const hosts = asked.map(({ hostname }) => `Host(\`${hostname}\`)`);
  const isSecure = asked.every((one) => one.isSecure);
  const match = hosts.join(" || ");
  const app = {
    kind: "Rule",
    match,
    middlewares: [{ name: MIDDLEWARE }],
    services: [{ name: slug, port: 80 }],
  };
  // authentik's own Ingress leads there, and people sign in to a domain at authentik's host.
  const signIn = {
    kind: "Rule",
    match: `${hosts.length > 1 ? `(${match})` : match} && PathPrefix(\`/outpost.goauthentik.io/\`)`,
    services: [{ name: outpost.service, namespace: outpost.namespace, port: 9000 }],
  };
  return {
    apiVersion: "traefik.io/v1alpha1",
    kind: "IngressRoute",
    metadata: { name: slug },
    spec: {
      entryPoints: [isSecure ? "websecure" : "web"],
      routes: hasIngress || mode === "forward_domain" ? [app] : [app, signIn],
      ...(isSecure ? { tls: {} } : {}),
    },
  };
}
