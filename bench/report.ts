/** Runs the given work and prints its time and the process's peak memory as JSON. */
export function report(work: () => void): void {
  const start = performance.now();
  work();
  const milliseconds = performance.now() - start;
  console.log(JSON.stringify({ milliseconds, mebibytes: process.resourceUsage().maxRSS / 1024 }));
}
