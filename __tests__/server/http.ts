import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Answer } from "./answer";
import { badRequest } from "./answer";

const text = (status: number, body: string): Answer => ({ status, body, headers: { "content-type": "text/html" } });

/** What Django answers to a path it does not know. */
export const UNKNOWN_PATH = text(404, "<!doctype html><title>Not Found</title>");
/** What Django answers when something it did not expect went wrong. */
export const BROKEN = text(500, "<!doctype html><title>Server Error (500)</title>");
export const ALIVE = text(200, "");
/** What authentik's router answers while authentik behind it starts. */
export const STARTING: Answer = {
  status: 503,
  body: { error: "authentik starting" },
  headers: { "retry-after": "5" },
};

/** The body of a request, read as JSON. */
export async function readBody(message: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  if (chunks.length === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
  } catch (error) {
    throw badRequest({ detail: `JSON parse error - ${(error as Error).message}` });
  }
}

/** Sends an answer. */
export async function send(response: ServerResponse, { body, headers, status }: Answer, slow = 0): Promise<void> {
  if (slow > 0) await pause(slow);
  if (response.destroyed) return;
  const isText = typeof body === "string";
  response.writeHead(status, {
    ...(isText || body === undefined ? {} : { "content-type": "application/json" }),
    ...headers,
  });
  response.end(isText || body === undefined ? body : JSON.stringify(body));
}
