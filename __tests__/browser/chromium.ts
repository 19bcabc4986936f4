import axe from "axe-core";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/**
 * The browser of this machine.
 * @throws Error saying how to get one, when there is none
 */
export function browserPath(): string {
  const { CHROMIUM_PATH, PATH = "" } = process.env;
  if (CHROMIUM_PATH) {
    if (existsSync(CHROMIUM_PATH)) return CHROMIUM_PATH;
    throw new Error(`test:browser: CHROMIUM_PATH must be a browser, got ${CHROMIUM_PATH}, which is not there`);
  }
  const found = PATH.split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
  if (found !== undefined) return found;
  const remedy = "apt-get install chromium, or name one in CHROMIUM_PATH";
  throw new Error(`test:browser: PATH must have a Chromium, got none of ${NAMES.join(", ")}; ${remedy}`);
}

/** A page that was opened from the file system, and what went wrong in it. */
export interface Opened {
  readonly page: Page;
  /** What the browser complained about; every one is a mistake. */
  readonly complaints: string[];
  /** What was loaded besides the page itself. */
  readonly requests: string[];
}

/** A browser, and a folder for pages. */
export class Chromium {
  private readonly folder = mkdtempSync(join(tmpdir(), "browser-"));

  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<Chromium> {
    const args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
    const executablePath = browserPath();
    // Chromium's own sandbox does not run as root, which jobs in containers are.
    const chromiumSandbox = process.getuid?.() !== 0;
    const options = {
      executablePath,
      chromiumSandbox,
      args: [...args, "--disable-component-update", "--disable-sync"],
    };
    return new Chromium(await chromium.launch(options));
  }

  /** Writes a page, opens it, and waits until it shows everything. */
  async open(html: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const file = join(this.folder, "page.html");
    writeFileSync(file, html);
    const context = await this.browser.newContext({ viewport: { width: 1360, height: 900 }, ...options });
    const page = await context.newPage();
    const opened: Opened = { page, complaints: [], requests: [] };
    const url = pathToFileURL(file).href;
    page.on("console", (message) => opened.complaints.push(message.text()));
    page.on("pageerror", (error) => opened.complaints.push(String(error)));
    page.on("request", (request) => {
      if (request.url() !== url) opened.requests.push(request.url());
    });
    await page.goto(url);
    await page.locator("html[data-ready]").waitFor();
    return opened;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** What axe finds wrong, of the kinds that keep people out. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}
