/** Why a request failed: what to do differs. */
export type ApiErrorKind = "forbidden" | "notFound" | "refused" | "server" | "unreachable";

/** A request to authentik's API that failed; the message says what to do, and never holds the token. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    readonly kind: ApiErrorKind,
    message: string,
    /** The HTTP status; nothing when there was no answer. */
    readonly status?: number,
  ) {
    super(message);
  }
}

const LONGEST = 300;

function* sentences(value: unknown, place: readonly string[]): Generator<string> {
  if (typeof value === "string") {
    yield place.length > 0 ? `${place.join(".")}: ${value}` : value;
  } else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      const isAside = Array.isArray(value) || name === "detail" || name === "non_field_errors" || name === "error";
      const isNested = typeof member === "object" && !Array.isArray(member);
      yield* sentences(member, isAside && !isNested ? place : [...place, name]);
    }
  }
}

/** What authentik said of a request, in one line; nothing when it was no JSON. */
function said(text: string): string | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const line = [...sentences(body, [])].join(" ").replaceAll(/\s+/g, " ").trim();
  return line === "" ? undefined : line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

interface Rule {
  readonly kind: ApiErrorKind;
  readonly must: string;
  readonly remedy: string;
}

const UP = "wait until it is up, and look at the log of its server";
const SERVER: Rule = { kind: "server", must: "must be answered", remedy: UP };
const REFUSED: Rule = { kind: "refused", must: "must be accepted", remedy: "correct what it names" };
const TOKEN = "use a token of intent API that has not expired";
const RIGHT = "give the token's account the right to it";

const STATUSES: Readonly<Record<number, Rule>> = {
  401: { kind: "forbidden", must: "must be allowed", remedy: TOKEN },
  404: { kind: "notFound", must: "must find something", remedy: "check its name, and whether it was deleted" },
  405: { ...REFUSED, remedy: "look at the log of authentik's server, which answers so when it fails inside" },
  429: { kind: "server", must: "must be answered", remedy: "try again later, it is asked too much" },
};

function ruleFor(status: number, words: string | undefined): Rule {
  if (status === 403) {
    const isDenied = words !== undefined && /permission/i.test(words);
    return { kind: "forbidden", must: "must be allowed", remedy: isDenied ? RIGHT : TOKEN };
  }
  if (status >= 300 && status < 400) {
    return { kind: "refused", must: "must not be sent elsewhere", remedy: "set the URL to where authentik itself is" };
  }
  return STATUSES[status] ?? (status >= 500 ? SERVER : REFUSED);
}

/** The error of an answer that is none of success. */
export async function errorOf(what: string, response: Response): Promise<ApiError> {
  const { status } = response;
  const words = said(await response.text());
  const { kind, must, remedy } = ruleFor(status, words);
  const got = words === undefined ? `${status}` : `${status} (${words})`;
  return new ApiError(kind, `authentik: ${what} ${must}, got ${got}; ${remedy}`, status);
}
