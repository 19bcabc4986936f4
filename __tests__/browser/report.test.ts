import type { Page } from "playwright-core";
import { barriers, Chromium } from "./chromium";
import type { Opened } from "./chromium";
import { awkwardSite, exampleBefore, exampleSite, pageOf } from "./sites";

let browser: Chromium;
let opened: Opened;
const example = pageOf(exampleSite());
const changed = pageOf(exampleSite(), exampleBefore());
const awkward = pageOf(awkwardSite());

beforeAll(async () => {
  browser = await Chromium.start();
});
afterAll(async () => {
  await browser.stop();
});
afterEach(async () => {
  expect(opened.complaints).toEqual([]);
  expect(opened.requests).toEqual([]);
  await opened.page.context().close();
});

async function open(html: string, options: Parameters<Chromium["open"]>[1] = {}): Promise<Page> {
  opened = await browser.open(html, options);
  return opened.page;
}

const cell = (page: Page, label: string) => page.getByRole("gridcell", { name: label, exact: true });
const why = (page: Page) => page.getByRole("complementary", { name: "Why" });
const grid = (page: Page) => page.getByRole("grid");
const rows = (page: Page) => grid(page).getByRole("rowheader");
const focused = (page: Page) => page.locator(":focus");

describe("the default site", () => {
  test("shows every part", async () => {
    const page = await open(await example);
    await expect(page.title()).resolves.toBe("Access review: example");
    const titles = await page.getByRole("heading", { level: 2 }).allTextContents();
    expect(titles).toEqual([
      "Who can open what",
      "Apps",
      "Flows",
      "Sign-in",
      "Superusers, inactive people and machines",
      "Refusals waived",
    ]);
    expect(await rows(page).count()).toBe(exampleSite().people.length);
    expect(await page.locator("#app-grafana").isVisible()).toBe(true);
    expect(await page.locator("#apps").innerText()).toContain("secret/apps/grafana/oidc (written)");
    expect(await page.locator("#people").innerText()).toContain("Jane Doe");
  });

  test("draws every flow, with its steps, its policies and when they are asked", async () => {
    const page = await open(await example);
    const { flows } = exampleSite();
    expect(await page.locator(".flow svg").count()).toBe(flows.length);
    const login = page.locator(".flow", { has: page.getByRole("heading", { name: "iac-login", exact: true }) });
    const drawn = (await login.locator("svg text").allTextContents()).join("\n");
    expect(drawn).toContain("identification");
    expect(drawn).toContain("asked when it is reached");
    for (const { stage, policies } of flows.find(({ slug }) => slug === "iac-login")?.steps ?? []) {
      expect(drawn).toContain(stage);
      for (const { name } of policies) expect(drawn).toContain(name);
    }
  });

  test("a click says why, through the groups", async () => {
    const page = await open(await example);
    await cell(page, "John Roe, Vault: open").click();
    expect(await why(page).getByRole("list", { name: "The way in" }).getByRole("listitem").allTextContents()).toEqual([
      "John Roe",
      "On call",
      "Vault",
    ]);
    await cell(page, "Pat Example, Vault: closed").click();
    expect(await why(page).innerText()).toContain("In none of Site Admins and On call.");
  });

  test("a name tells everything about a person or an app", async () => {
    const page = await open(await example);
    await page.getByRole("rowheader", { name: "Jane Doe" }).click();
    expect(await why(page).innerText()).toContain("Superuser: in Site Admins, whose members may change everything");
    await why(page).getByRole("button", { name: "Show only this person" }).click();
    expect(await rows(page).count()).toBe(1);
    await page.getByRole("columnheader", { name: /^Grafana/ }).click();
    expect(await why(page).innerText()).toContain("Open to Engineers or Site Admins.");
  });

  test("is filtered by person, app and group, and back", async () => {
    const page = await open(await example);
    await page.getByRole("searchbox", { name: "Person" }).fill("JOHN");
    expect(await rows(page).allTextContents()).toEqual(["John Roejohn"]);
    await page.getByRole("searchbox", { name: "App or host" }).fill("example.org");
    expect(await page.getByRole("gridcell").count()).toBe(4);
    await page.getByRole("button", { name: "Reset" }).click();
    await page.getByRole("combobox", { name: "Group" }).selectOption("Family");
    const parents = "who is in Media is in Family";
    expect([parents, ...(await rows(page).locator(".name").allTextContents())]).toEqual([
      parents,
      "Kim Placeholder",
      "Pat Example",
      "Robin Nobody",
    ]);
    expect(await page.getByRole("status").innerText()).toBe("3 of 8 people · 15 of 15 apps and hosts");
    await page.getByRole("searchbox", { name: "Person" }).fill("nobody at all");
    expect(await page.getByText("Nothing is left").isVisible()).toBe(true);
  });

  test("is used without a mouse", async () => {
    const page = await open(await example);
    await page.keyboard.press("Tab");
    expect(await focused(page).innerText()).toBe("Skip to the matrix");
    await page.keyboard.press("Enter");
    for (let presses = 0; presses < 6; presses++) await page.keyboard.press("Tab");
    expect(await focused(page).getAttribute("aria-label")).toBe("Alex Sample, Emby: closed");
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
    await page.keyboard.press("Enter");
    expect(await focused(page).getAttribute("aria-label")).toBe("John Roe, Forgejo: open");
    expect(await why(page).innerText()).toContain("In Engineers.");
    await page.keyboard.press("Home");
    expect(await focused(page).getAttribute("role")).toBe("rowheader");
    await page.keyboard.press("Control+End");
    expect(await focused(page).getAttribute("aria-label")).toContain("Robin Nobody");
    await page.keyboard.press("Tab");
    expect(await focused(page).getAttribute("role")).not.toBe("gridcell");
  });

  test("is light or dark as the system is, or as the reader chooses", async () => {
    const background = (page: Page) => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    const page = await open(await example, { colorScheme: "dark" });
    const dark = await background(page);
    await page.getByLabel("Colours").selectOption("light");
    const light = await background(page);
    expect(light).not.toBe(dark);
    await page.emulateMedia({ colorScheme: "light" });
    await page.getByLabel("Colours").selectOption("dark");
    expect(await background(page)).toBe(dark);
  });

  test("on paper the whole matrix is a table, and what only works on a screen is gone", async () => {
    const page = await open(await example);
    await page.emulateMedia({ media: "print" });
    const sheet = page.locator(".sheet");
    await sheet.waitFor();
    expect(await sheet.getByRole("row").count()).toBe(exampleSite().people.length + 1);
    expect(await grid(page).isVisible()).toBe(false);
    expect(await page.getByRole("search").isVisible()).toBe(false);
    await page.emulateMedia({ media: "screen" });
    await sheet.waitFor({ state: "detached" });
    expect(await grid(page).isVisible()).toBe(true);
  });

  test.each(["light", "dark"] as const)("keeps nobody out (%s)", async (colorScheme) => {
    const page = await open(await changed, { colorScheme });
    await page.locator("details").first().click();
    await cell(page, "John Roe, Vault: open, gained").click();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole("rowheader", { name: "Jane Doe" }).click();
    expect(await barriers(page)).toEqual([]);
  });

  test("fits a phone", async () => {
    const page = await open(await changed, { viewport: { width: 390, height: 800 } });
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(390);
    await cell(page, "John Roe, Forgejo: open").click();
    expect(await why(page).isVisible()).toBe(true);
    expect(await barriers(page)).toEqual([]);
  });
});

describe("a change", () => {
  test("is told at the top and marked in the matrix", async () => {
    const page = await open(await changed);
    const told = await page.locator("#changes").innerText();
    expect(told).toContain("Access gets wider");
    expect(told).toContain("gains Vault (now in On call, which may open it)");
    expect(told).toContain("loses Headscale (no longer in VPN)");
    await cell(page, "Pat Example, Headscale: closed, lost").click();
    expect(await why(page).innerText()).toContain("since main: open before, closed now (no longer in VPN)");
    await page.getByRole("checkbox", { name: "Only changes" }).check();
    expect(await rows(page).locator(".name").allTextContents()).toEqual(["John Roe", "Pat Example"]);
    expect(await grid(page).getByRole("columnheader").count()).toBe(5);
  });

  test("shows who is gone and who is new", async () => {
    const [world, before] = [exampleSite(), exampleBefore()];
    const without = (username: string, all: typeof world) => ({
      ...all,
      people: all.people.filter((one) => one.username !== username),
    });
    const page = await open(await pageOf(without("kim", world), without("mary@example.org", before)));
    expect(await page.getByRole("rowheader", { name: "Kim Placeholder" }).innerText()).toContain("gone");
    expect(await page.getByRole("rowheader", { name: "Mary Major" }).innerText()).toContain("new");
    await cell(page, "Kim Placeholder, Immich: closed, lost").click();
    expect(await why(page).innerText()).toContain("The account is gone.");
  });

  test("of nothing is told as none", async () => {
    const page = await open(await pageOf(exampleSite(), exampleSite()));
    expect(await page.locator("#changes").innerText()).toContain("Nobody's access changes.");
    await page.getByRole("checkbox", { name: "Only changes" }).check();
    expect(await page.getByText("Nothing is left").isVisible()).toBe(true);
  });
});

describe("a site with every kind of decision", () => {
  test("what a policy decides at login is no guess", async () => {
    const page = await open(await awkward);
    await cell(page, "The ann, <!--<script>: at login").click();
    expect(await why(page).innerText()).toContain("Decided at login by hours.");
    await cell(page, "The dan, wiki: closed").click();
    expect(await why(page).innerText()).toContain("The account is not active.");
    await cell(page, "The ann, all: open").click();
    expect(await why(page).innerText()).toContain("iac-everyone");
    await page.getByRole("checkbox", { name: "Machines too" }).check();
    expect(await rows(page).count()).toBe(5);
  });

  test("names stay names, and what cannot be seen is written out", async () => {
    const page = await open(await awkward);
    await page.getByRole("rowheader", { name: /onerror/ }).click();
    expect(await why(page).innerText()).toContain("</script><script>");
    await expect(page.title()).resolves.toBe("Access review: test");
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.getByRole("rowheader", { name: /cleo/ }).innerText()).toContain("cleo\\u{202e}oelc");
  });

  test("nothing but the page's own program runs", async () => {
    const page = await open(await awkward);
    const added =
      "document.body.append(Object.assign(document.createElement('script'), { textContent: 'document.title = 1' }))";
    await expect(page.evaluate(added)).rejects.toThrow(/TrustedScript|Trusted/);
    await expect(page.title()).resolves.toBe("Access review: test");
    opened.complaints.length = 0;
  });
});
