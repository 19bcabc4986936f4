import type { Problem, Waiver } from "./problems";
import type { LooseSite } from "./rule";

/** Splits problems into those that stand and those a record waives; a waiver that meets nothing is a problem too. */
export function settle(problems: readonly Problem[], site: LooseSite): { open: Problem[]; waivers: Waiver[] } {
  const declared = declaredWaivers(site);
  const used = new Set<string>();
  const open: Problem[] = [];
  const waivers: Waiver[] = [];
  for (const problem of problems) {
    const id = `${problem.where} ${problem.code ?? ""}`;
    const reason = declared.get(id)?.reason;
    if (reason === undefined) open.push(problem);
    else if (problem.waivable === true) waivers.push({ ...problem, reason });
    else open.push({ ...problem, text: `${problem.text}; ${problem.code ?? ""} cannot be waived` });
    used.add(id);
  }
  for (const [id, { where, field, code }] of declared) {
    if (used.has(id)) continue;
    open.push({ where, field, text: `must waive a refusal that applies, got ${code}, which does not; remove it` });
  }
  return { open, waivers };
}

type LooseWaive = Readonly<Record<string, string | undefined>> | undefined;

interface Declared {
  readonly where: string;
  readonly field: string;
  readonly code: string;
  readonly reason: string;
}

function outpostHolders({ outposts }: LooseSite): [string, LooseWaive][] {
  const { embedded } = outposts ?? {};
  return [
    ["outposts.embedded", embedded !== undefined && "waive" in embedded ? embedded.waive : undefined],
    ["outposts.ldap", outposts?.ldap?.waive],
    ...Object.entries(outposts?.managed ?? {}).map(([key, outpost]): [string, LooseWaive] => [
      `outposts.managed.${key}`,
      outpost?.waive,
    ]),
  ];
}

function declaredWaivers(site: LooseSite): Map<string, Declared> {
  const holders: [string, LooseWaive][] = [
    ["version", site.waive],
    ["platform", site.platform?.waive],
    ["platform.authProxy", site.platform?.authProxy?.waive],
    ["hostAccess", site.hostAccess?.waive],
    ["login", site.login?.waive],
    ...outpostHolders(site),
    ...Object.entries(site.apps ?? {}).map(([key, app]): [string, LooseWaive] => [`apps.${key}`, app?.waive]),
    ...Object.entries(site.sources ?? {}).map(([key, source]): [string, LooseWaive] => [
      `sources.${key}`,
      source?.waive,
    ]),
  ];
  const declared = new Map<string, Declared>();
  for (const [where, waive] of holders) {
    for (const [code, reason] of Object.entries(waive ?? {})) {
      if (reason !== undefined) declared.set(`${where} ${code}`, { where, field: `waive.${code}`, code, reason });
    }
  }
  return declared;
}
