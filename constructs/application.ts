import type { Construct } from "constructs";
import { Application } from "../.gen/providers/authentik/application";
import { AccessBindings } from "./access-bindings";
import type { AccessEntry } from "./access-bindings";
import { leaveUnset } from "./lifecycle";
import type { Refusal } from "./refusal";

/** What an app is to people, whatever its protocol. */
export interface ApplicationProps {
  /** Title on the person's application page, such as `Grafana`. */
  readonly title: string;
  /** Part of the app's URLs in authentik, unique. */
  readonly slug: string;
  /** Name of the provider in authentik, unique.  @default - the slug, and after it the kind where it is not OIDC */
  readonly providerName?: string;
  /** Who may open it; at least one entry, an app is never open by omission. */
  readonly access: readonly AccessEntry[];
  /** Whether one entry of `access` is enough or all are needed.  @default "any" */
  readonly match?: "any" | "all";
  /** Where the tile leads.  @default - authentik makes it from the provider */
  readonly launchUrl?: string;
  /** URL or path of the tile's picture.  @default - the first letter of the title */
  readonly icon?: string;
  /** Text on the tile.  @default - none */
  readonly description?: string;
  /** Who makes the app.  @default - none */
  readonly publisher?: string;
  /** Heading the tile stands under.  @default - none */
  readonly section?: string;
  /** Whether the tile opens a new tab.  @default false */
  readonly openInNewTab?: boolean;
}

/** The application of a provider, as `Resource` of its construct, and who may open it. */
export function addApplication(scope: Construct, props: ApplicationProps, protocolProvider: number): Application {
  const { section: group, description, icon, launchUrl, publisher } = props;
  const application = new Application(scope, "Resource", {
    name: props.title,
    slug: props.slug,
    protocolProvider,
    policyEngineMode: props.match ?? "any",
    openInNewTab: props.openInNewTab ?? false,
    group,
    metaDescription: description,
    metaIcon: icon,
    metaLaunchUrl: launchUrl,
    metaPublisher: publisher,
    lifecycle: leaveUnset({
      group,
      meta_description: description,
      meta_icon: icon,
      meta_launch_url: launchUrl,
      meta_publisher: publisher,
    }),
  });
  new AccessBindings(scope, "access", { target: application.uuid, entries: props.access });
  scope.node.defaultChild = application;
  return application;
}

/** Refuses an app that names nobody. */
export function checkAccess(access: readonly AccessEntry[]): Refusal[] {
  if (access.length > 0) return [];
  return [{ code: "AK003", field: "access", text: "must hold at least one entry, got []; name who may open the app" }];
}
