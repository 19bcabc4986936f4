import { PassThrough } from "node:stream";
import { inWords, mayColour, Progress } from "../../delivery/progress";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** What is said while a step takes some time. */
async function told(seconds: number, end: "done" | "fails" = "done"): Promise<string> {
  const out = new PassThrough();
  const work = new Promise<void>((resolve, reject) => {
    setTimeout(end === "done" ? resolve : reject, seconds * 1000);
  });
  const step = new Progress(out).step("authentik: plan", () => work).catch(() => undefined);
  await jest.advanceTimersByTimeAsync(seconds * 1000);
  await step;
  await jest.advanceTimersByTimeAsync(60_000);
  return String(out.read() ?? "");
}

test("a step that takes a second is told when it has begun, and its time when it ends", async () => {
  expect(await told(0.9)).toBe("");
  expect(await told(12)).toBe("authentik: plan …\nauthentik: plan: done after 12 s\n");
  expect(await told(0.9, "fails")).toBe("");
  expect(await told(75, "fails")).toBe("authentik: plan …\nauthentik: plan: stopped after 1 min 15 s\n");
});

test.each([
  [400, "0 s"],
  [59_400, "59 s"],
  [59_600, "1 min 0 s"],
  [3_725_000, "62 min 5 s"],
])("%i ms are %s", (milliseconds, words) => {
  expect(inWords(milliseconds)).toBe(words);
});

test("colours are for terminals, unless NO_COLOR is set", () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true });
  const { NO_COLOR: before } = process.env;
  delete process.env.NO_COLOR;
  expect([mayColour(terminal), mayColour(new PassThrough())]).toEqual([true, false]);
  process.env.NO_COLOR = "1";
  expect(mayColour(terminal)).toBe(false);
  if (before === undefined) delete process.env.NO_COLOR;
  else process.env.NO_COLOR = before;
});
