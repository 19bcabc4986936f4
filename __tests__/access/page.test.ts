import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diff } from "../../access/diff";
import { pageData } from "../../access/page/data";
import { asScript, pageHtml } from "../../access/page/html";
import { Model } from "../../access/page/model";
import type { Filter } from "../../access/page/model";
import { writeReport } from "../../access/page/report";
import type { World } from "../../access/world";
import { worldOf } from "./build";
import type { Plan } from "./build";

const ALL: Filter = { people: "", apps: "", group: "", onlyChanges: false, machines: false };

const plan = {
  groups: { staff: {}, deep: { parents: ["staff"] }, admins: { superuser: true } },
  people: {
    ann: { groups: ["deep"] },
    ben: { groups: ["admins"] },
    cleo: { groups: ["staff"], active: false },
    robot: { type: "service_account" },
  },
  policies: { hours: "return now.hour < 18  # not for the page" },
  apps: {
    wiki: { name: "Wiki", bindings: [{ group: "staff" }] },
    late: { name: "Late", bindings: [{ policy: "hours" }] },
    web: {
      name: "Web",
      bindings: [{ group: "admins" }],
      provider: { type: "proxy", mode: "forward_single", external_host: "https://web.example.org" },
    },
  },
} satisfies Plan;

const site = worldOf(plan);

function model(world: World, before?: World): Model {
  // As it comes out of a page.
  const data = pageData(world, before && { base: "main", diff: diff(before, world) });
  return new Model(JSON.parse(JSON.stringify(data)) as typeof data);
}

function written(of: Model): string[] {
  return of.rows.map((row) => {
    const cells = of.columns.map((column) => {
      const { verdict, mark = "" } = of.cell(row, column);
      return `${verdict}${mark === "" ? "" : ` ${mark}`}`;
    });
    return `${row.username}: ${cells.join(", ")}`;
  });
}

describe("what a page shows", () => {
  test("apps come before hosts, each in order, and every cell is decided", () => {
    expect(model(site).columns.map(({ label }) => label)).toEqual(["Late", "Wiki", "web.example.org"]);
    expect(written(model(site))).toEqual([
      "ann: at login, open, closed",
      "ben: at login, closed, open",
      "cleo: closed, closed, closed",
      "robot: at login, closed, closed",
    ]);
  });

  test("machines are counted nowhere", () => {
    const [late] = model(site).columns;
    expect(late && model(site).count(late)).toEqual({ open: 0, atLogin: 2 });
  });

  test.each<[string, Partial<Filter>, string[], number]>([
    ["nothing", {}, ["ann", "ben", "cleo"], 3],
    ["machines", { machines: true }, ["ann", "ben", "cleo", "robot"], 3],
    ["a group and those below it", { group: "staff" }, ["ann", "cleo"], 3],
    ["a person, every word of it", { people: "the AN" }, ["ann"], 3],
    ["an app", { apps: "wiki" }, ["ann", "ben", "cleo"], 1],
    ["changes where there are none", { onlyChanges: true }, [], 0],
  ])("filtered by %s", (_what, filter, people, columns) => {
    const view = model(site).filter({ ...ALL, ...filter });
    expect(view.rows.map(({ username }) => username)).toEqual(people);
    expect(view.columns).toHaveLength(columns);
  });

  test("gains, losses, who is new and what is gone are marked", () => {
    const { late, ...apps } = plan.apps;
    const after = worldOf({ ...plan, people: { ...plan.people, ben: { groups: ["staff"] }, dora: {} }, apps });
    const compared = model(after, site);
    expect(compared.columns.map(({ label, isChanged, opening }) => [label, isChanged, opening !== undefined])).toEqual([
      ["Late", true, false],
      ["Wiki", true, true],
      ["web.example.org", true, true],
    ]);
    expect(written(compared)).toEqual([
      "ann: closed lost, open, closed",
      "ben: closed lost, open gained, closed lost",
      "cleo: closed, closed, closed",
      "dora: closed, closed, closed",
      "robot: closed lost, closed, closed",
    ]);
    expect(late.name).toBe("Late");
    expect(compared.filter({ ...ALL, onlyChanges: true }).rows.map(({ username }) => username)).toEqual(["ann", "ben"]);
  });

  test("somebody who is gone has a row of losses", () => {
    const { ann: _, ...people } = plan.people;
    const compared = model(worldOf({ ...plan, people }), site);
    expect(written(compared)[0]).toBe("ann: closed lost, closed lost, closed");
    expect(compared.rows[0]?.person).toBeUndefined();
  });
});

describe("the file", () => {
  test("is the same every time, and holds nothing of what policies say", async () => {
    const [one, other] = await Promise.all([pageHtml(pageData(site)), pageHtml(pageData(site))]);
    expect(one).toBe(other);
    expect(one).not.toContain("not for the page");
  });

  test("runs its own program and loads nothing", async () => {
    const html = await pageHtml(pageData(site));
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? "";
    const of = (tag: string): string[] =>
      [...html.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, "g"))].map(([, text = ""]) => text);
    const hash = (text = ""): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    expect(of("script")).toHaveLength(1);
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hash(of("script")[0])}`,
      `style-src ${hash(of("style")[0])}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    expect(html).not.toMatch(/\b(src|href|action)="|url\(|@import|innerHTML|\beval\(/);
  });

  test.each(["</script><script>alert(1)</script>", "<!--<script>", "]]>", "&lt;", "\u2028"])(
    "a name such as %j is neither markup nor the end of anything",
    (name) => {
      const text = asScript({ name });
      expect(text).not.toMatch(/[<>&\u2028]/);
      expect(JSON.parse(text)).toEqual({ name });
    },
  );

  test("a site's name is text in the title", async () => {
    const html = await pageHtml(pageData({ ...site, site: '</title><script>"' }));
    expect(html).toContain("<title>Access review: &#60;/title&#62;&#60;script&#62;&#34;</title>");
  });

  test("is written where it is asked for", async () => {
    const folder = mkdtempSync(join(tmpdir(), "report-"));
    try {
      await writeReport(site, { out: join(folder, "page.html") });
      expect(readFileSync(join(folder, "page.html"), "utf8")).toBe(await pageHtml(pageData(site)));
      await expect(writeReport(site, { out: join(folder, "no", "page.html") })).rejects.toMatchObject({
        message: `report: --out must be a file that can be written, got "${join(folder, "no", "page.html")}"; make its folder first`,
        exitCode: 2,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
