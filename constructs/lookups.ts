import { Fn } from "cdktf";
import { Construct } from "constructs";
import { DataAuthentikBrand } from "../.gen/providers/authentik/data-authentik-brand";
import { DataAuthentikCertificateKeyPair } from "../.gen/providers/authentik/data-authentik-certificate-key-pair";
import { DataAuthentikFlow } from "../.gen/providers/authentik/data-authentik-flow";
import { DataAuthentikGroup } from "../.gen/providers/authentik/data-authentik-group";
import { DataAuthentikOutpost } from "../.gen/providers/authentik/data-authentik-outpost";
import { DataAuthentikPropertyMappingProviderScope } from "../.gen/providers/authentik/data-authentik-property-mapping-provider-scope";
import { DataAuthentikServiceConnectionKubernetes } from "../.gen/providers/authentik/data-authentik-service-connection-kubernetes";
import { DataAuthentikStage } from "../.gen/providers/authentik/data-authentik-stage";
import { DataAuthentikUser } from "../.gen/providers/authentik/data-authentik-user";
import { constructId } from "./construct-id";

/**
 * The objects authentik ships or somebody else owns, found by slug or name. Each is read once in a stack, however many
 * constructs ask for it, and never waits for a resource: a data source that does is read only after the apply.
 */
export class Lookups extends Construct {
  private readonly found = new Map<string, string>();

  /** The uuid of a flow, by slug. */
  flow(slug: string): string {
    return this.once(`flow-${slug}`, (id) => new DataAuthentikFlow(this, id, { slug }));
  }

  /**
   * The uuid of one of authentik's scope mappings, by the name it is managed under.
   * One data source each: a list of names returns whatever part of it exists, so a misspelt scope would vanish.
   */
  scopeMapping(managed: string): string {
    const name = managed.replace(/^goauthentik\.io\/providers\//, "").replaceAll(/[/_]/g, "-");
    return this.once(`scope-${name}`, (id) => new DataAuthentikPropertyMappingProviderScope(this, id, { managed }));
  }

  /** The uuid of a certificate, by name; its key stays on the server. */
  certificate(name: string): string {
    return this.once(
      `certificate-${name}`,
      (id) => new DataAuthentikCertificateKeyPair(this, id, { name, fetchKey: false, fetchCertificate: false }),
    );
  }

  /** The uuid of a group, by name, without its members. */
  group(name: string): string {
    return this.once(`group-${name}`, (id) => new DataAuthentikGroup(this, id, { name, includeUsers: false }));
  }

  /** The uuid of a stage of any type, by name. */
  stage(name: string): string {
    return this.once(`stage-${name}`, (id) => new DataAuthentikStage(this, id, { name }));
  }

  /** The uuid of a brand, by its domain. */
  brand(domain: string): string {
    return this.once(`brand-${domain}`, (id) => new DataAuthentikBrand(this, id, { domain }));
  }

  /** The uuid of an outpost, by name. */
  outpost(name: string): string {
    return this.once(`outpost-${name}`, (id) => new DataAuthentikOutpost(this, id, { name }));
  }

  /** The uuid of a connection to a Kubernetes cluster, by name. */
  serviceConnection(name: string): string {
    return this.once(
      `service-connection-${name}`,
      (id) => new DataAuthentikServiceConnectionKubernetes(this, id, { name }),
    );
  }

  /** The pk of the account an outpost signs in with, by the outpost's uuid; the uuid itself has to be known at plan. */
  outpostUser(outpost: string): string {
    const username = `ak-outpost-${Fn.replace(outpost, "-", "")}`;
    return this.once(`outpost-user-${outpost}`, () => new DataAuthentikUser(this, "outpost-user", { username }));
  }

  private once(name: string, make: (id: string) => { readonly id: string }): string {
    const known = this.found.get(name);
    if (known !== undefined) return known;
    const { id } = make(constructId(name));
    this.found.set(name, id);
    return id;
  }
}
