import { KvSecretV2 } from "@cdktf/provider-vault/lib/kv-secret-v2";
import { Fn, Token as CdktfToken } from "cdktf";
import { Construct } from "constructs";
import { Token } from "../.gen/providers/authentik/token";
import { User } from "../.gen/providers/authentik/user";
import { addressOf, leaveUnset } from "./lifecycle";
import { outOfRange, refuse } from "./refusal";
import type { Refusal } from "./refusal";
import { Revision } from "./revision";

/** Where a token is written to, and what stands beside it. */
export interface TokenPublication {
  /** Mount of a KV version 2 engine. */
  readonly mount: string;
  /** Path below the mount, which nothing else uses; everything there is replaced. */
  readonly path: string;
  /** Field for the token. */
  readonly keyField: string;
  /** Further fields.  @default - the token alone */
  readonly fields?: Readonly<Record<string, string>>;
}

export interface ServiceAccountProps {
  /** What it signs in with, unique; at most 150 characters. */
  readonly username: string;
  /** Identifier of its token, unique: letters, digits, dashes and underscores. */
  readonly tokenIdentifier: string;
  /** Whether its token is a password, for flows that take app passwords, or opens the API. */
  readonly intent: "app_password" | "api";
  /** Name in the admin interface.  @default - the username */
  readonly name?: string;
  /** Folder in the admin interface.  @default "goauthentik.io/service-accounts", where authentik puts its own */
  readonly path?: string;
  /** Uuids of all groups it is in.  @default - none */
  readonly groups?: readonly string[];
  /** Uuids of all roles it holds.  @default - none */
  readonly roles?: readonly string[];
  /** What the token is for.  @default - not managed */
  readonly description?: string;
  /** Raise it to replace the token; the old one ends at once (1 to 1000000).  @default 1 */
  readonly tokenRevision?: number;
  /**
   * Vault path to write the token to, which then reaches the state as well. Turned off, the token is replaced: the state
   * would keep it, and so would everybody who could read the path.
   * @default - not published; somebody copies it from the admin interface
   */
  readonly publishTo?: TokenPublication;
}

/**
 * An account for a machine with one token, which does not expire: authentik would end it after its longest lifetime,
 * half an hour unless configured, and no plan would show it.
 * @throws RefusedError on a username or identifier that authentik does not take, all at once
 * @see https://docs.goauthentik.io/sys-mgmt/service-accounts
 */
export class ServiceAccount extends Construct {
  /** The account itself, for what this construct has no prop for. */
  readonly resource: User;
  /** The token itself. */
  readonly token: Token;
  /** The account's pk; known after apply. */
  readonly userId: number;
  /** What it signs in with. */
  readonly username: string;
  /** Identifier of its token. */
  readonly tokenIdentifier: string;

  constructor(scope: Construct, id: string, props: ServiceAccountProps) {
    super(scope, id);
    refuse(this, checkServiceAccount(props));
    const { publishTo, username, tokenIdentifier, description } = props;
    this.username = username;
    this.tokenIdentifier = tokenIdentifier;
    this.resource = new User(this, "Resource", {
      username,
      name: props.name ?? username,
      type: "service_account",
      path: props.path ?? "goauthentik.io/service-accounts",
      isActive: true,
      // Left out, the last group or role could not be taken away again.
      groups: [...(props.groups ?? [])],
      roles: [...(props.roles ?? [])],
      lifecycle: leaveUnset({ attributes: undefined, email: undefined }),
    });
    this.node.defaultChild = this.resource;
    this.userId = CdktfToken.asNumber(this.resource.id);
    const revision = new Revision(this, "token-revision", { revision: props.tokenRevision ?? 1 });
    const publication = new Revision(this, "publication", { published: publishTo === undefined ? "no" : "yes" });
    const renewed = [addressOf(revision), `${addressOf(this.resource)}.id`];
    // Named only by a token that is not published: so publication replaces it when it ends, and not when it begins.
    if (publishTo === undefined) renewed.push(addressOf(publication));
    this.token = new Token(this, "token", {
      identifier: tokenIdentifier,
      user: this.userId,
      intent: props.intent,
      description,
      expiring: false,
      // Read, the key is in the state and each plan writes an event that somebody looked at it.
      retrieveKey: publishTo === undefined ? undefined : true,
      // A token cannot be given to another account, so it goes with the one it belongs to.
      lifecycle: leaveUnset({ description }, { replaceTriggeredBy: renewed }),
    });
    if (publishTo !== undefined) this.publish(publishTo, publication);
  }

  private publish({ mount, path, keyField, fields }: TokenPublication, publication: Revision): void {
    const contents = { ...fields, [keyField]: this.token.key };
    // A token that was not published has no key until it is read again, during the apply. What the publication puts out is
    // unknown until then as well, and keeps the version from being planned with a key that is not there yet.
    const hash = Fn.sha256(Fn.jsonencode([publication.interpolationForAttribute("output"), contents]));
    new KvSecretV2(this, "credentials", {
      mount,
      name: path,
      dataJsonWo: Fn.jsonencode(contents),
      // Written again whenever the contents change, also when somebody deleted the token in authentik.
      dataJsonWoVersion: CdktfToken.asNumber(Fn.parseint(Fn.substr(hash, 0, 7), 16)),
    });
  }
}

/** What authentik would not take, or not keep. */
export function checkServiceAccount({ username, tokenIdentifier, tokenRevision }: ServiceAccountProps): Refusal[] {
  const refusals: Refusal[] = outOfRange("tokenRevision", tokenRevision, 1, 1_000_000);
  if (username === "" || username.length > 150 || username !== username.trim()) {
    const text = `must be 1 to 150 characters without white space at its ends, got ${JSON.stringify(username)}`;
    refusals.push({ field: "username", text });
  }
  if (!/^[-a-zA-Z0-9_]{1,255}$/.test(tokenIdentifier)) {
    const text = `must be at most 255 letters, digits, dashes and underscores, got ${JSON.stringify(tokenIdentifier)}`;
    refusals.push({ field: "tokenIdentifier", text });
  }
  return refusals;
}
