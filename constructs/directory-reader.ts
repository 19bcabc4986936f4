import { Construct } from "constructs";
import { RbacPermissionRole } from "../.gen/providers/authentik/rbac-permission-role";
import { RbacRole } from "../.gen/providers/authentik/rbac-role";
import { ServiceAccount } from "./service-account";

export interface DirectoryReaderOptions {
  /** What the account signs in with.  @default - the app's slug and `-directory` */
  readonly username?: string;
  /** Raise it to replace the password; the old one ends at once (1 to 1000000).  @default 1 */
  readonly passwordRevision?: number;
  /** Vault path to write what the app has to know to; the password then reaches the state.  @default - not published */
  readonly publishTo?: { readonly mount: string; readonly path: string };
}

export interface DirectoryReaderProps extends DirectoryReaderOptions {
  /** Slug of the app that reads. */
  readonly slug: string;
  /** What the app calls itself. */
  readonly clientId: string;
  /** The app's issuer. */
  readonly issuer: string;
  /** Where the account gets its token. */
  readonly tokenEndpoint: string;
}

/**
 * An account by which an app reads who is there, as NetBird does: it gets a token with its name and password (the grant
 * `client_credentials`) and sees all people, and nothing else. It changes nobody.
 * @throws RefusedError on a username that authentik does not take
 * @see https://docs.goauthentik.io/add-secure-apps/providers/oauth2/client_credentials
 */
export class DirectoryReader extends Construct {
  /** The account. */
  readonly account: ServiceAccount;
  /** Pk of the account, which has to be let into the app; known after apply. */
  readonly userId: number;

  constructor(scope: Construct, id: string, props: DirectoryReaderProps) {
    super(scope, id);
    const { slug, clientId, issuer, tokenEndpoint, publishTo } = props;
    const name = `iac-${slug}-directory`;
    const username = props.username ?? `${slug}-directory`;
    const role = new RbacRole(this, "role", { name });
    new RbacPermissionRole(this, "view-people", { role: role.id, permission: "authentik_core.view_user" });
    this.account = new ServiceAccount(this, "account", {
      username,
      intent: "app_password",
      tokenIdentifier: name,
      tokenRevision: props.passwordRevision,
      description: "Password an app reads the directory with",
      roles: [role.id],
      publishTo: publishTo && {
        ...publishTo,
        keyField: "password",
        fields: { username, client_id: clientId, issuer, token_endpoint: tokenEndpoint },
      },
    });
    this.node.defaultChild = this.account;
    this.userId = this.account.userId;
  }
}
