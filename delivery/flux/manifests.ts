import { stringify } from "yaml";
import type { Site } from "../../config/load";
import type { StackJson, StackName } from "../workspace";
import { access } from "./access";
import { entrance } from "./kustomizations";
import { SHARED } from "./objects";
import type { Manifest, Part } from "./objects";
import { shared } from "./shared";
import { terraform } from "./terraform";

const HEADER = "# Made from the site by `npm run render`; change the site instead.\n";

/**
 * The objects with which Flux and tofu-controller deliver a site, by file below `deploy/flux/<site>`; none where the site
 * has no `delivery.flux`.
 */
export function fluxManifests(
  site: Site,
  stacks: readonly { readonly name: StackName; readonly json: StackJson }[],
  guardProgram: string,
): Readonly<Record<string, readonly Manifest[]>> {
  const { flux } = site.delivery;
  if (flux === undefined) return {};
  const parts = stacks.map(({ name, json }, index): Part => ({ stack: name, json, after: stacks[index - 1]?.name }));
  return {
    "flux.yaml": entrance(site, flux, parts),
    ...below(SHARED, shared(site, flux, parts, guardProgram)),
    ...Object.fromEntries(
      parts.flatMap((part) =>
        Object.entries(
          below(part.stack, {
            "access.yaml": access(site, flux, part),
            "terraform.yaml": [terraform(site, flux, part)],
          }),
        ),
      ),
    ),
  };
}

function below<T>(folder: string, files: Readonly<Record<string, readonly T[]>>): Record<string, readonly T[]> {
  const filled = Object.entries(files).filter(([, objects]) => objects.length > 0);
  return Object.fromEntries(filled.map(([name, objects]) => [`${folder}/${name}`, objects]));
}

/** Without it Flux would take every folder below as part of this one. */
const ROOT_KUSTOMIZATION = {
  apiVersion: "kustomize.config.k8s.io/v1beta1",
  kind: "Kustomization",
  resources: ["flux.yaml"],
};

/** The files of `deploy/flux/<site>`, their text by path. */
export function fluxFiles(manifests: Readonly<Record<string, readonly Manifest[]>>): Record<string, string> {
  const files = Object.entries(manifests).map(([path, objects]): [string, string] => [path, asText(objects)]);
  return files.length === 0 ? {} : { "kustomization.yaml": asText([ROOT_KUSTOMIZATION]), ...Object.fromEntries(files) };
}

function asText(objects: readonly object[]): string {
  const options = { lineWidth: 0, aliasDuplicateObjects: false };
  return HEADER + objects.map((object) => stringify(object, options)).join("---\n");
}
