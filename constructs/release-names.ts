/** What the chart calls its objects: the release's name, with the chart's added unless it is part of it. */
export function releaseFullname(release: string): string {
  return shorten(release.includes("authentik") ? release : `${release}-authentik`);
}

/** Name of the server's Service, and of its Ingress or HTTPRoute. */
export function serverServiceName(release: string): string {
  return shorten(`${releaseFullname(release)}-server`);
}

/** Name of the worker's Deployment. */
export function workerName(release: string): string {
  return shorten(`${releaseFullname(release)}-worker`);
}

/** authentik's address inside the cluster, without a slash at its end. */
export function inClusterUrl(release: string, namespace: string): string {
  return `http://${serverServiceName(release)}.${namespace}.svc`;
}

/** A name as the chart cuts it. */
function shorten(name: string): string {
  return name.slice(0, 63).replace(/-$/, "");
}
