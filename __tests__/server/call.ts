import type { AuthentikServer } from "./authentik";

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Sends a request such as `POST core/groups/` with akadmin's token, or another, or none. */
export async function call(
  server: AuthentikServer,
  what: string,
  body?: unknown,
  token: string | undefined = server.token,
): Promise<Called> {
  const [method = "GET", path = ""] = what.split(" ");
  const url = path.startsWith("/") ? `${server.url}${path}` : `${server.url}/api/v3/${path}`;
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json", ...(token === "" ? {} : { authorization: `Bearer ${token}` }) },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** The objects of the first page of a list. */
export async function listed(server: AuthentikServer, path: string): Promise<Record<string, unknown>[]> {
  const { body } = await call(server, `GET ${path}`);
  return (body as { results: Record<string, unknown>[] }).results;
}
