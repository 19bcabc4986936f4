import { IDENTITY_HEADERS } from "../../config/connection";
import type { ForwardAuthConnection } from "../../config/connection";
import { entrances, standIns } from "./snippet";
import type { Snippet, Source } from "./snippet";

/** A server of nginx 1.25 or newer that asks the outpost about each request. */
export function nginx({ connection }: Source<ForwardAuthConnection>): Snippet {
  const [{ hostname: host, isSecure, port } = NOWHERE] = entrances(connection);
  const lines = [
    ...standIns(connection, "http://127.0.0.1:8080 is where the app listens"),
    ...MAPS,
    "server {",
    ...indented([
      ...(isSecure ? [`listen ${port} ssl;`, "http2 on;"] : [`listen ${port};`]),
      `server_name ${host};`,
      ...(isSecure
        ? [`ssl_certificate     /etc/nginx/tls/${host}.crt;`, `ssl_certificate_key /etc/nginx/tls/${host}.key;`]
        : []),
      "",
      "# The outpost's answers have large headers.",
      "proxy_buffers 8 16k;",
      "proxy_buffer_size 32k;",
      "",
      ...app(connection),
      "",
      ...outpost(connection),
      "",
      ...signIn(connection),
    ]),
    "}",
  ];
  return { parts: [{ name: `${host}.conf`, language: "nginx", text: lines.join("\n") }], warnings: [] };
}

const NOWHERE = { hostname: "", port: "443", isSecure: true };

const MAPS = [
  "map $http_upgrade $connection_upgrade {",
  "    default upgrade;",
  "    ''      '';",
  "}",
  "",
  "# With its port, which $host leaves out; HTTP/3 sends no Host.",
  "map $http_host $asked_host {",
  "    default $http_host;",
  "    ''      $host;",
  "}",
  "",
];

const FORWARDED = [
  "proxy_set_header Host $asked_host;",
  "proxy_set_header X-Forwarded-Proto $scheme;",
  "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
];

const COOKIE = [
  "auth_request_set $auth_cookie $upstream_http_set_cookie;",
  "add_header       Set-Cookie $auth_cookie;",
];

/** Everything but the outpost's own paths. */
function app({ answerHeaders }: ForwardAuthConnection): string[] {
  const headers = answerHeaders.includes("Authorization") ? [...IDENTITY_HEADERS, "Authorization"] : IDENTITY_HEADERS;
  const told = headers.flatMap((header) => {
    const name = header.toLowerCase().replaceAll("-", "_");
    return [`auth_request_set $told_${name} $upstream_http_${name};`, `proxy_set_header ${header} $told_${name};`];
  });
  return location("/", [
    "proxy_pass http://127.0.0.1:8080;",
    "proxy_http_version 1.1;",
    ...FORWARDED,
    "proxy_set_header Upgrade $http_upgrade;",
    "proxy_set_header Connection $connection_upgrade;",
    "",
    "auth_request     /outpost.goauthentik.io/auth/nginx;",
    "error_page       401 = @sign_in;",
    ...COOKIE,
    "",
    ...told,
  ]);
}

/** Open to everybody, since people sign in by it. */
function outpost({ outpost: { service, namespace } }: ForwardAuthConnection): string[] {
  return location("/outpost.goauthentik.io", [
    `proxy_pass http://${service}.${namespace}.svc:9000/outpost.goauthentik.io;`,
    ...FORWARDED,
    "proxy_set_header X-Original-URL $scheme://$asked_host$request_uri;",
    "proxy_pass_request_body off;",
    'proxy_set_header Content-Length "";',
    ...COOKIE,
  ]);
}

/** People sign in to a domain at authentik's own host, to one host at that host. */
function signIn({ mode, origins }: ForwardAuthConnection): string[] {
  const origin = mode === "forward_domain" ? (origins[0] ?? "") : "";
  return location("@sign_in", [
    "internal;",
    "add_header Set-Cookie $auth_cookie;",
    `return 302 ${origin}/outpost.goauthentik.io/start?rd=$scheme://$asked_host$request_uri;`,
  ]);
}

function location(path: string, lines: readonly string[]): string[] {
  return [`location ${path} {`, ...indented(lines), "}"];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? "" : `    ${line}`));
}
