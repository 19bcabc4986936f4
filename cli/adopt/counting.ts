import type { Progress } from "../../delivery/progress";

/** How often a count is told, in milliseconds. */
const EVERY_MS = 1000;

/** Tells how many of something were read, while it takes long. */
export class Counting {
  private count = 0;
  private told = performance.now();

  constructor(
    private readonly progress: Progress,
    private readonly noun: string,
  ) {}

  add(): void {
    this.count++;
    const now = performance.now();
    if (now - this.told < EVERY_MS) return;
    this.told = now;
    this.progress.say(`reading ${this.noun}: ${this.count.toLocaleString("en")}`);
  }
}
