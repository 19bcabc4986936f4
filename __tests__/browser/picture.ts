/** Takes the picture of the docs: `npx tsx __tests__/browser/picture.ts`. */
import { join } from "node:path";
import { ROOT } from "../synth";
import { Chromium } from "./chromium";
import { exampleBefore, exampleSite, pageOf } from "./sites";

async function main(): Promise<void> {
  const browser = await Chromium.start();
  try {
    const viewport = { width: 1280, height: 1150 };
    const { page } = await browser.open(await pageOf(exampleSite(), exampleBefore()), { viewport });
    await page.getByRole("gridcell", { name: "John Roe, Vault: open, gained" }).click();
    await page.mouse.move(0, 0);
    await page.evaluate("scrollTo(0, 0)");
    await page.screenshot({ path: join(ROOT, "docs", "pictures", "access-report.png") });
  } finally {
    await browser.stop();
  }
}

void main();
