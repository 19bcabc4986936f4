import { Authentik } from "../api/authentik";
import { loadSite } from "../config/load";
import type { Site } from "../config/load";
import { requireToken } from "../delivery/api-token";
import { Failure } from "../delivery/failure";
import { interrupted } from "../delivery/interrupt";
import { Progress } from "../delivery/progress";
import type { Vault } from "../delivery/vault";
import { ownUrl, siteFile } from "./environment";

/** What commands work with; everything is opened when it is first asked for. */
export class Context {
  readonly progress = new Progress();
  readonly signal: AbortSignal = interrupted;
  private known: { site?: Site; vault?: Promise<Vault | undefined>; authentik?: Promise<Authentik> } = {};

  /**
   * The site that AUTHENTIK_SITE names, the project's own unless set.
   * @throws ConfigError listing every problem of site and people at once
   */
  site(): Site {
    return (this.known.site ??= loadSite({ file: siteFile(), layout: process.env.AUTHENTIK_LAYOUT || undefined }));
  }

  /** The site's Vault, signed in; nothing where a site has none. */
  vault(): Promise<Vault | undefined> {
    return (this.known.vault ??= this.openVault());
  }

  /**
   * The site's Vault, signed in.
   * @throws Failure where a site has none
   */
  async requireVault(what: string): Promise<Vault> {
    const vault = await this.vault();
    if (vault !== undefined) return vault;
    throw new Failure(`site: vault must say where secrets are, got nothing; ${what} is kept there`);
  }

  /**
   * The door to the site's authentik, at AUTHENTIK_URL where people's own URL does not lead there, with the token of
   * AUTHENTIK_TOKEN, else the one the site names.
   * @throws Failure when there is no token
   */
  authentik(): Promise<Authentik> {
    return (this.known.authentik ??= this.openAuthentik());
  }

  private async openVault(): Promise<Vault | undefined> {
    const { vault } = this.site();
    if (vault === undefined) return undefined;
    const { Vault: Opened } = await import("../delivery/vault.js");
    return this.progress.step("signing in to Vault", () => Opened.open(vault, { signal: this.signal }));
  }

  private async openAuthentik(): Promise<Authentik> {
    const site = this.site();
    const token = process.env.AUTHENTIK_TOKEN || (await this.storedToken(site));
    return new Authentik({ url: ownUrl() ?? site.authentik.url, token, signal: this.signal });
  }

  private async storedToken(site: Site): Promise<string> {
    return requireToken(site, site.authentik.apiToken.from === "vault" ? await this.vault() : undefined);
  }
}
