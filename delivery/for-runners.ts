import type { Site } from "../config/load";

/**
 * A site as its stacks are rendered: in the layout `split`, and, where Flux delivers them, for runners in the cluster,
 * which differ from a workstation only in how they sign in. What a plan would change is the same from both.
 */
export function forRunners(site: Site): Site {
  const { flux } = site.delivery;
  const split: Site = { ...site, layout: "split" };
  if (flux === undefined) return split;
  const { vault, platform } = site;
  return {
    ...split,
    authentik: { ...site.authentik, apiToken: { from: "env" } },
    vault: vault && flux.vault && { ...vault, auth: { method: "kubernetes", ...flux.vault } },
    platform: platform && { ...platform, kubernetes: {} },
  };
}
