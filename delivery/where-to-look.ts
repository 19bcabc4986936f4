import type { Site } from "../config/load";
import { serverServiceName, workerName } from "../constructs/release-names";
import { tokenPlace } from "./api-token";
import type { WaitOptions } from "./wait";

/** Where to look when authentik does not get ready. */
export function whereToLook(site: Site): WaitOptions["look"] {
  const { platform } = site;
  if (platform === undefined) {
    const token = `put a token of intent API that has not expired into ${tokenPlace(site)}`;
    const objects = "look at Customization, Blueprints in authentik, and at its worker's log";
    return { answer: "check authentik.url and the way there from this machine", token, objects };
  }
  const context = platform.kubernetes.configContext;
  const kubectl = `kubectl${context === undefined ? "" : ` --context ${context}`} -n ${platform.namespace}`;
  const again = "the same command goes on from here";
  const server = `deploy/${serverServiceName(platform.release)}`;
  const worker = `deploy/${workerName(platform.release)}`;
  return {
    answer: `${kubectl} get pods,ingress; ${kubectl} logs ${server} --tail=50; ${again}`,
    token: `authentik takes bootstrap values on its very first start only: put a token of intent API that it knows into ${tokenPlace(site)}; ${kubectl} logs ${worker} --tail=50`,
    objects: `${kubectl} logs ${worker} --tail=50; ${kubectl} exec ${worker} -- ak healthcheck; ${again}`,
  };
}
