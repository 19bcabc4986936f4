/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that ends a request wherever it is thrown. */
export class Refusal extends Error {
  constructor(readonly answer: Answer) {
    super(`${answer.status} ${JSON.stringify(answer.body)}`);
  }
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const nothing: Answer = { status: 204 };

const detail = (status: number, text: string): Refusal => new Refusal({ status, body: { detail: text } });

export const notFound = (text = "Not found."): Refusal => detail(404, text);
export const forbidden = (text: string): Refusal => detail(403, text);
export const notAllowed = (method: string): Refusal => detail(405, `Method "${method.toUpperCase()}" not allowed.`);
export const badRequest = (errors: unknown): Refusal => new Refusal({ status: 400, body: errors });

/** What the stand-in cannot do, told so that no test takes it for authentik's answer. */
export const notStoodIn = (what: string): Refusal => detail(501, `the stand-in for authentik has no ${what}`);
