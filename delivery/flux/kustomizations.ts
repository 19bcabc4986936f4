import type { Site } from "../../config/load";
import { FLUX_SYSTEM, inRepository, KEPT, SHARED, sourceName } from "./objects";
import type { Flux, Manifest, Part } from "./objects";

/** Kustomization of the Kustomizations themselves. */
const ROOT = "authentik-flux";

/** What is applied once by hand: where the files are, and in which order Flux applies them. */
export function entrance(site: Site, flux: Flux, parts: readonly Part[]): Manifest[] {
  const folder = `deploy/flux/${site.name}`;
  return [
    ...(flux.namespace === FLUX_SYSTEM ? [] : [namespace(flux.namespace)]),
    ...gitRepository(site, flux),
    kustomization(flux, { name: ROOT, path: folder, wait: false, dependsOn: [] }),
    kustomization(flux, { name: SHARED, path: `${folder}/${SHARED}`, wait: true, dependsOn: flux.dependsOn }),
    ...parts.map(({ stack, after }) =>
      kustomization(flux, {
        name: stack,
        path: `${folder}/${stack}`,
        wait: true,
        dependsOn: [
          ...flux.dependsOn,
          { name: SHARED, namespace: flux.namespace },
          ...(after === undefined ? [] : [{ name: after, namespace: flux.namespace }]),
        ],
      }),
    ),
  ];
}

/** A namespace of our own; with it would go all that is in it. */
export function namespace(name: string): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, annotations: KEPT } };
}

function gitRepository({ name }: Site, { source, namespace, path }: Flux): Manifest[] {
  if (source.from === "existing") return [];
  const { url, branch, secretName } = source;
  return [
    {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      metadata: { name: SHARED, namespace, annotations: KEPT },
      spec: {
        url,
        ref: { branch },
        interval: "1m",
        // The controller sends all of it to each runner, in one message of 4 MiB at most.
        ignore: onlyFolders(path, [`deploy/flux/${name}`, `deploy/rendered/${name}`]),
        ...(secretName !== undefined && { secretRef: { name: secretName } }),
      },
    },
  ];
}

/** Patterns as in .gitignore that leave out everything but some folders; each folder above has to be let in first. */
function onlyFolders(path: string, folders: readonly string[]): string {
  const prefix = path === "." ? [] : path.split("/");
  const patterns = folders.flatMap((folder) => {
    const names = [...prefix, ...folder.split("/")];
    return names.flatMap((_, depth) => {
      const above = names
        .slice(0, depth)
        .map((name) => `/${name}`)
        .join("");
      return [`${above}/*`, `!${above}/${names[depth] ?? ""}`];
    });
  });
  // The last pattern that matches counts, so each folder is closed once, before anything in it is let in.
  return `${[...new Set(patterns)].join("\n")}\n`;
}

interface KustomizationOptions {
  readonly name: string;
  readonly path: string;
  /** Whether it is ready only once all it applied is. */
  readonly wait: boolean;
  readonly dependsOn: readonly { readonly name: string; readonly namespace: string }[];
}

function kustomization(flux: Flux, { name, path, wait, dependsOn }: KustomizationOptions): Manifest {
  const annotations = name === ROOT ? { annotations: KEPT } : {};
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name, namespace: flux.namespace, ...annotations },
    spec: {
      ...(dependsOn.length > 0 && {
        dependsOn: dependsOn.map((one) => (one.namespace === flux.namespace ? { name: one.name } : one)),
      }),
      path: inRepository(flux, path),
      sourceRef: { kind: "GitRepository", name: sourceName(flux) },
      interval: "10m",
      retryInterval: "1m",
      timeout: "5m",
      prune: true,
      wait,
    },
  };
}
