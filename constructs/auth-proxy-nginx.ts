/** What decides the text of nginx's files. */
export interface NginxOptions {
  /** Host name of the outpost's Service. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
  /** Whether people who know the emergency password get in while the outpost cannot be reached. */
  readonly emergency: boolean;
}

/** The port nginx listens on, as the outpost does. */
export const AUTH_PROXY_PORT = 9000;
/** Where an outpost answers Traefik's forward auth. */
export const FORWARD_AUTH_PATH = "/outpost.goauthentik.io/auth/traefik";
/** Where the container finds the files made here. */
export const CONFIG_FOLDER = "/etc/auth-proxy";
/** Where the container writes: its file system is read-only everywhere else. */
export const RUN_FOLDER = "/run/auth-proxy";
/** Where the container finds the emergency passwords, as `htpasswd`. */
export const EMERGENCY_FOLDER = "/etc/auth-proxy-emergency";

/** The files nginx runs from, by name. They hold no `${`, which Terraform would read. */
export function nginxFiles(options: NginxOptions): Readonly<Record<"nginx.conf" | "start.sh", string>> {
  return { "nginx.conf": nginxConf(options), "start.sh": startScript(options) };
}

/**
 * What only the pod knows: the name servers, and the domain that `svc` names leave out. nginx asks name servers itself
 * and reads no resolv.conf.
 */
function startScript({ host, port }: NginxOptions): string {
  return `#!/bin/sh
set -eu
servers=$(awk '$1 == "nameserver" { printf " %s", ($2 ~ /:/ ? "[" $2 "]" : $2) }' /etc/resolv.conf)
domain=$(awk '$1 == "search" { for (i = 2; i <= NF; i++) if ($i ~ /^svc[.]/) { print substr($i, 4); exit } }' /etc/resolv.conf)

{
  echo "resolver$servers valid=10s;"
  echo "resolver_timeout 3s;"
  echo "server ${host}${host.endsWith(".svc") ? "$domain" : ""}:${port} resolve;"
} > ${RUN_FOLDER}/outpost.conf
{
  echo "listen ${AUTH_PROXY_PORT};"
  if [ -e /proc/net/if_inet6 ]; then echo "listen [::]:${AUTH_PROXY_PORT};"; fi
} > ${RUN_FOLDER}/listen.conf

exec nginx -e stderr -c ${CONFIG_FOLDER}/nginx.conf -g "daemon off;"
`;
}

function nginxConf({ emergency }: NginxOptions): string {
  return `worker_processes 2;
error_log stderr warn;
pid ${RUN_FOLDER}/nginx.pid;

events {
  worker_connections 1024;
}

http {
  client_body_temp_path ${RUN_FOLDER}/client_body;
  proxy_temp_path ${RUN_FOLDER}/proxy;
  fastcgi_temp_path ${RUN_FOLDER}/fastcgi;
  uwsgi_temp_path ${RUN_FOLDER}/uwsgi;
  scgi_temp_path ${RUN_FOLDER}/scgi;

  access_log off;
  server_tokens off;

  # Longer than the 90 seconds Traefik keeps an idle connection, so that it never writes to a closed one.
  keepalive_timeout 100s;

  # Cookies of all apps come with a request, identity headers and new cookies with an answer.
  large_client_header_buffers 8 64k;
  proxy_buffer_size 64k;
  proxy_buffers 4 64k;
  proxy_max_temp_file_size 0;

  upstream outpost {
    zone outpost 512k;
    # resolver and server, written at start: looked up again every 10 seconds, and nginx starts without an answer.
    include ${RUN_FOLDER}/outpost.conf;
    keepalive 32;
  }
${emergency ? EMERGENCY_LOG : ""}
  server {
    include ${RUN_FOLDER}/listen.conf;

    location = /healthz {
      return 204;
    }

    location = ${FORWARD_AUTH_PATH} {
      proxy_pass http://outpost;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      # To who accepts JSON, a server of authentik that is still starting answers 200, and Traefik would let everybody in.
      proxy_set_header Accept text/html;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_redirect off;

      proxy_connect_timeout 3s;
      proxy_send_timeout 5s;
      proxy_read_timeout 10s;
${emergency ? ON_UNREACHABLE : ""}    }
${emergency ? EMERGENCY : ""}
    location / {
      return 404;
    }
  }
}
`;
}

const EMERGENCY_LOG = `
  # Who asked for and who used the emergency password.
  log_format emergency escape=json
    '{"time":"$time_iso8601","fallback":true,"status":$status,"user":"$remote_user",'
    '"client":"$http_x_forwarded_for","host":"$http_x_forwarded_host","method":"$http_x_forwarded_method"}';
`;

const ON_UNREACHABLE = `
      # Only what says that nobody is there. All other answers, 401 and 500 too, are the outpost's word.
      proxy_intercept_errors on;
      error_page 502 503 504 = @emergency;
`;

const EMERGENCY = `
    location @emergency {
      auth_basic "Emergency Access";
      auth_basic_user_file ${EMERGENCY_FOLDER}/htpasswd;
      add_header X-Auth-Fallback true always;
      access_log /dev/stdout emergency;
      # Never a return here: it would answer before the password is asked for.
      try_files /nowhere @allowed;
    }

    location @allowed {
      add_header X-Auth-Fallback true always;
      access_log /dev/stdout emergency;
      default_type text/plain;
      return 200 "emergency access";
    }
`;
