import { InvalidArgumentError } from "commander";
import { looksLikeToken } from "../../config/problems";
import { holdsInexactNumber } from "../writes";

export interface CreateOptions {
  /** Keys of groups of the site. */
  readonly group?: readonly string[];
  readonly email?: string;
  readonly fullName?: string;
  readonly username?: string;
  /** Attributes by key; a dot in a key leads into an object. */
  readonly attribute?: Readonly<Record<string, unknown>>;
  readonly days: number;
  readonly reusable?: boolean;
  readonly name?: string;
}

/** The longest name authentik takes. */
export const LONGEST_NAME = 50;

function wrong(rule: string): InvalidArgumentError {
  return new InvalidArgumentError(`It must ${rule}.`);
}

export function days(value: string): number {
  const number = /^\d{1,3}$/.test(value) ? Number(value) : 0;
  if (number < 1 || number > 365) throw wrong("be a whole number of days from 1 to 365");
  return number;
}

export function slug(value: string): string {
  if (/^[-a-zA-Z0-9_]+$/.test(value) && value.length <= LONGEST_NAME) return value;
  throw wrong(`be at most ${LONGEST_NAME} letters, digits, dashes and underscores`);
}

export function email(value: string): string {
  if (/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(value) && value.length <= 254) return value;
  throw wrong("be an e-mail address");
}

export function fullName(value: string): string {
  if (/^(?!\s)[^\p{Cc}]+(?<!\s)$/u.test(value)) return value;
  throw wrong("be a text without white space at its ends and without control characters");
}

export function username(value: string): string {
  if (/^(?!\s)[^\p{Cc}]{1,150}(?<!\s)$/u.test(value)) return value;
  throw wrong("be 1 to 150 characters without white space at its ends and without control characters");
}

/** What LDAP apps are told in place of what authentik knows of a person, if an attribute has the name. */
const LDAP = [
  ...["ak-active", "ak-superuser", "cn", "createTimestamp", "displayName", "dn", "homeDirectory", "mail", "memberOf"],
  ...["modifyTimestamp", "name", "objectClass", "pwdChangedTime", "sAMAccountName", "sn", "uid"],
];

/** Attributes that are no invitation's to give, with what is theirs. */
export const RESERVED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(LDAP.map((name) => [name, "what LDAP apps are told of somebody"])),
  "authentik-iac": "accounts of token create",
  additionalHeaders: "headers that outposts send to apps",
  avatar: "the picture, which policies/avatar.py alone writes",
  gidNumber: "the number of a group in LDAP apps",
  "goauthentik.io": "authentik's own switches",
  settings: "what people set themselves",
  uidNumber: "the number of an account in LDAP apps",
};

const KEY = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/** Adds `key=text` or `key:=json` to the attributes before it. */
export function attribute(value: string, before: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const [, key = "", sign, text = ""] = /^([^=]*?)(:?=)(.*)$/s.exec(value) ?? [];
  if (sign === undefined) throw wrong("be key=value, or key:=value with a value in JSON");
  const reserved = Object.entries(RESERVED).find(([name]) => new RegExp(`^${name}([./]|$)`, "i").test(key));
  if (reserved !== undefined) throw wrong(`be none of those that are kept for ${reserved[1]}`);
  if (!KEY.test(key)) throw wrong("have a key of letters, digits, dashes and underscores, with dots between its parts");
  if (looksLikeToken(text)) throw wrong("hold no credential; revoke it, whoever makes invitations can read it");
  const inside = (outer: string, inner: string): boolean => outer === inner || inner.startsWith(`${outer}.`);
  const other = Object.keys(before).find((known) => inside(known, key) || inside(key, known));
  if (other !== undefined) throw wrong(`have a key of its own, which "${other}" is not beside it`);
  return { ...before, [key]: sign === "=" ? text : json(text) };
}

function json(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong("have a value in JSON behind :=, such as 'libraries:=[\"films\"]'");
  }
  if (holdsInexactNumber(value)) throw wrong("have numbers that stay as they are; write a longer one as a text");
  return value;
}
