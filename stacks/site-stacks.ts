import { TerraformResource } from "cdktf";
import type { App } from "cdktf";
import type { IConstruct } from "constructs";
import type { Site } from "../config/load";
import { addressOf } from "../constructs/lifecycle";
import { AuthentikStack } from "./authentik-stack";
import { isSuperuserGroup } from "./enrollment-options";
import { IdentityLayer } from "./identity-layer";
import { addImports } from "./imports";
import { literal } from "./literal";
import { appGroupName, groupName } from "./names";
import { PeopleLayer } from "./people-layer";
import type { GroupIds } from "./people-layer";
import { PlatformLayer } from "./platform-layer";
import { Providers } from "./providers";

/**
 * Adds a site's stacks to an app: `authentik` alone, or with the layout `split` `authentik-platform`, `authentik` and
 * `authentik-users`. Both are made of the same layers, so an address is the same in both.
 */
export function addStacks(app: App, loaded: Site): void {
  const site = asText(loaded);
  const stacks = site.layout === "split" ? addSplit(app, site) : [addSingle(app, site)];
  addImports(stacks, loaded.imports);
}

/** A site whose texts are no templates to Terraform; paths of files, which Terraform never sees, stay as they are. */
function asText({ policies, scopeMappings, platform, ...loaded }: Site): Site {
  const mappings = Object.entries(scopeMappings).map(
    ([key, { file, ...mapping }]): [string, typeof mapping & { file: string }] => [key, { ...literal(mapping), file }],
  );
  const site = literal(loaded);
  const url = site.authentik.url.replace(/\/+$/, "");
  return {
    ...site,
    authentik: { ...site.authentik, url },
    platform: platform && { ...literal(platform), chart: chartAsText(platform.chart) },
    policies,
    scopeMappings: Object.fromEntries(mappings),
  };
}

function chartAsText(chart: NonNullable<Site["platform"]>["chart"]): typeof chart {
  return chart.from === "file" ? chart : literal(chart);
}

function addSingle(app: App, site: Site): AuthentikStack {
  const { stack, providers } = addStack(app, site, "authentik");
  const platform = site.platform && new PlatformLayer(stack, "platform", { site, platform: site.platform, providers });
  const identity = new IdentityLayer(stack, "identity", { site, providers });
  const people = new PeopleLayer(stack, "people", { site, groups: identity });
  if (platform !== undefined) waitFor(platform.release.resource, [identity, people]);
  return stack;
}

function addSplit(app: App, site: Site): AuthentikStack[] {
  if (site.platform !== undefined) {
    const { stack, providers } = addStack(app, site, "authentik-platform");
    // With Flux, its manifests bring what needs rights in the cluster, so that the stack's runner needs none.
    const hasClusterRights = site.delivery.flux === undefined;
    new PlatformLayer(stack, "platform", { site, platform: site.platform, providers, hasClusterRights });
  }
  // A state of its own: with that of the layout `single`, it would plan to destroy platform and people.
  const identity = addStack(app, site, "authentik", "authentik-identity");
  new IdentityLayer(identity.stack, "identity", { site, providers: identity.providers });
  const people = addStack(app, site, "authentik-users");
  const groups = groupsByName(site, people.providers);
  new PeopleLayer(people.stack, "people", { site, groups });
  // A plan forgets what it no longer looks up: who is the last superuser is seen by these, also as they are left.
  for (const key of Object.keys(site.groups)) if (isSuperuserGroup(site, key)) groups.groupId(key);
  return [identity.stack, people.stack];
}

function addStack(app: App, site: Site, id: string, state = id): { stack: AuthentikStack; providers: Providers } {
  const stack = new AuthentikStack(app, id, { ...site.backend, state: `${site.name}-${state}` });
  return { stack, providers: new Providers(stack, site) };
}

/** Groups as another stack finds them: by name, never by its state. */
function groupsByName(site: Site, { lookups }: Providers): GroupIds {
  return {
    groupId: (key) => lookups.group(groupName(site, key)),
    appGroupId: (slug) => lookups.group(appGroupName(slug)),
  };
}

/**
 * Makes resources wait for the release, since the authentik provider does not retry. Data sources never wait: one that
 * does is read only after the apply, and everything fed by it is unknown in the plan.
 */
function waitFor(release: TerraformResource, layers: readonly IConstruct[]): void {
  const address = addressOf(release);
  for (const node of layers.flatMap((layer) => layer.node.findAll())) {
    if (TerraformResource.isTerraformResource(node)) node.dependsOn = [...(node.dependsOn ?? []), address];
  }
}
