import type { GuardName } from "../config/delivery-shape";
import type { Standing } from "./guards";

/** A guard that has something to say, and why it is let pass, where it is. */
export interface Judgement extends Standing {
  readonly passedBecause?: string;
}

/** Which guards are told to let pass: by name for this run, or by the site with a reason. */
export class Passes {
  private readonly met = new Set<GuardName>();

  constructor(
    private readonly named: readonly GuardName[],
    private readonly bySite: Readonly<Partial<Record<GuardName, string>>>,
  ) {}

  /** What guards say, with the reason of each that is let pass. */
  judge(standings: readonly Standing[]): Judgement[] {
    return standings.map((standing) => {
      this.met.add(standing.guard);
      const passedBecause = this.named.includes(standing.guard) ? "--pass" : this.bySite[standing.guard];
      return passedBecause === undefined ? standing : { ...standing, passedBecause };
    });
  }

  /** Passes that nothing needed, a line each. */
  unmet(): string[] {
    const idle = (guards: readonly GuardName[]): GuardName[] => guards.filter((guard) => !this.met.has(guard));
    return [
      ...idle([...new Set(this.named)]).map((guard) => `--pass ${guard}: that guard had nothing to say`),
      ...idle(Object.keys(this.bySite) as GuardName[]).map(
        (guard) => `delivery.pass.${guard}: that guard had nothing to say; take it out of the site once it is applied`,
      ),
    ];
  }
}
