import { Chromium } from "./chromium";
import { barriers } from "./chromium";
import { largeSite, pageOf } from "./sites";

let browser: Chromium;

beforeAll(async () => {
  browser = await Chromium.start();
});
afterAll(async () => {
  await browser.stop();
});

/** Fills in a field as a reader would, and waits for the frame that shows what is left. */
const FILTER = (field: string, value: string) => `(async () => {
  const field = document.querySelector('[aria-label="${field}"]');
  const start = performance.now();
  field.value = "${value}";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
})()`;

const SCROLL = `(async () => {
  const matrix = document.querySelector(".matrix");
  const start = performance.now();
  matrix.scrollTop = 30000;
  matrix.scrollLeft = 3000;
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
})()`;

const OPEN = `[
  performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Infinity,
  ...["matrix", "page"].map((name) => performance.getEntriesByName(name)[0].startTime),
]`;

test("2,000 people and 200 apps open, are filtered and scrolled in less than a second each", async () => {
  const html = await pageOf(largeSite(), largeSite(200));
  const { page, complaints } = await browser.open(html);
  const [paint = 0, matrix = 0, whole = 0] = await page.evaluate<number[]>(OPEN);
  const person = await page.evaluate<number>(FILTER("Person", "number-19"));
  const left = await page.getByRole("status").innerText();
  const app = await page.evaluate<number>(FILTER("App or host", "application 1"));
  const all = await page.evaluate<number>(FILTER("Person", ""));
  await page.evaluate<number>(FILTER("App or host", ""));
  const scroll = await page.evaluate<number>(SCROLL);
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  console.log(
    [
      `2,000 people x 200 apps, with a change: ${(html.length / 1e6).toFixed(2)} MB`,
      `matrix there after ${ms(matrix)}, painted after ${ms(paint)}, the whole page after ${ms(whole)}`,
      `filtered by person in ${ms(person)}, by app in ${ms(app)}, back to all in ${ms(all)}, scrolled in ${ms(scroll)}`,
    ].join("\n"),
  );
  expect(left).toBe("111 of 2,000 people · 200 of 200 apps and hosts");
  for (const time of [paint, matrix, whole, person, app, all, scroll]) expect(time).toBeLessThan(1000);
  expect(html.length).toBeLessThan(5_000_000);
  expect(await page.getByRole("gridcell").count()).toBeLessThan(3000);
  expect(await page.getByRole("grid").getAttribute("aria-rowcount")).toBe("2001");
  expect(await barriers(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test("the cell with the focus stays, however far away the reader looks", async () => {
  const { page } = await browser.open(await pageOf(largeSite()));
  await page.getByRole("gridcell").first().click();
  const label = await page.locator(":focus").getAttribute("aria-label");
  await page.evaluate(SCROLL);
  expect(await page.locator(":focus").getAttribute("aria-label")).toBe(label);
  await page.keyboard.press("Control+End");
  expect(await page.locator(":focus").getAttribute("aria-colindex")).toBe("201");
  expect(await page.locator(":focus").isVisible()).toBe(true);
  await page.keyboard.press("Control+Home");
  expect(await page.locator(":focus").getAttribute("aria-label")).toBe(label);
});
