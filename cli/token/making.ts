import { ApiError } from "../../api/api-error";
import { Failure } from "../../delivery/failure";
import { Interrupted } from "../../delivery/interrupt";
import type { Progress } from "../../delivery/progress";
import { unsure } from "../writes";

/** What is made one after the other; an error says how far that came. */
export class Making {
  private readonly there: string[] = [];

  constructor(
    private readonly progress: Progress,
    /** Every part in words, in order; those without any are passed over. */
    private readonly parts: readonly string[],
  ) {}

  /** Makes the next part, or finds it made. */
  async part<T>(part: string, work: () => Promise<T>): Promise<T> {
    try {
      const made = await this.progress.step(part, work);
      this.there.push(part);
      return made;
    } catch (error) {
      if (error instanceof ApiError) throw new ApiError(error.kind, this.explain(error.message), error.status);
      if (error instanceof Interrupted) throw unsure(error, this.explain(`${part}: nobody knows`));
      if (error instanceof Failure) throw new Failure(this.explain(error.message), error.exitCode);
      throw error;
    }
  }

  private explain(message: string): string {
    const there = this.there.filter((part) => part !== "");
    const left = this.parts.filter((part) => part !== "" && !this.there.includes(part));
    return [
      message,
      ...(there.length === 0 ? [] : [`there: ${there.join(", ")}`]),
      `not there: ${left.join(", ")}`,
      "Nobody has seen a key. The same command goes on from here.",
    ].join("\n");
  }
}
