import fc from "fast-check";
import { escape, jobSummary, logLines, readDocument, table, visible } from "../../delivery/job-summary";
import type { ReportDocument, StackReport } from "../../delivery/report";

const NASTY = [
  "<script>alert(1)</script>",
  "</code></td></tr></table><img src=x onerror=alert(1)>",
  "`rm -rf`|a|b",
  "[log in](javascript:alert(1)) ![](https://example.org/x.png)",
  "@everyone #1 https://example.org www.example.org jane@example.org :+1:",
  "jane\n\n# Approved by security\n",
  "::add-mask::a",
  "x ##[command]rm",
  "${{ secrets.TOKEN }}",
  "&lt;b&gt; &amp;",
  "***bold*** ~~gone~~ _it_ \\* <!-- -->",
];

const change = (name: string): StackReport["changes"][number] => ({
  address: `authentik_user.${name}`,
  action: "create",
  name,
  fields: ["name", "email"],
});

const document = (stack: Partial<StackReport>, more: Partial<ReportDocument> = {}): ReportDocument => ({
  format: 1,
  command: "diff",
  site: "example",
  engine: null,
  stacks: [
    { stack: "authentik", state: "changed", counts: { create: 1 }, changes: [], guards: [], waitsFor: [], ...stack },
  ],
  unmetPasses: [],
  error: null,
  exitCode: 2,
  ...more,
});

const everywhere = (text: string): ReportDocument =>
  document(
    {
      state: "waiting",
      changes: [{ ...change(text), was: text, fields: [text] }],
      guards: [{ guard: "renamed", addresses: [text], text, passedBecause: text }],
      waitsFor: [text],
    },
    { error: text, unmetPasses: [text], site: text },
  );

test("a text becomes letters, digits, blanks and references, which give it back", () => {
  expect(escape("jane.doe <b>")).toBe("jane&#46;doe &#60;b&#62;");
  expect(escape("Zoë Müller 李")).toBe("Zoë Müller 李");
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 150 }), (text) => {
      const escaped = escape(text);
      expect(escaped).toMatch(/^(?:[\p{L}\p{N}\p{M} ]|&#\d+;)*$/u);
      const back = escaped.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
      expect(back).toBe(visible(text));
    }),
  );
});

test.each([
  ["a line break", "a\nb", "a\\u{a}b"],
  ["an override of the direction", "jane\u202egro.elpmaxe", "jane\\u{202e}gro.elpmaxe"],
  ["a joiner of no width", "ja\u200bne", "ja\\u{200b}ne"],
  ["a letter without a shape", "ja\u3164ne", "ja\\u{3164}ne"],
  ["a blank that is none", "ja\u00a0ne", "ja\\u{a0}ne"],
  ["half a character", "a\ud800b", "a\\u{d800}b"],
])("what cannot be seen is shown: %s", (_, text, shown) => {
  expect(visible(text)).toBe(shown);
});

test("a long text is cut", () => {
  expect(visible("a".repeat(201))).toBe(`${"a".repeat(200)}…`);
  expect(visible("a".repeat(200))).toBe("a".repeat(200));
});

test.each(NASTY)("nothing of a name is read as Markdown or HTML: %j", (name) => {
  const page = jobSummary(everywhere(name));
  const tags = page.match(/<[^>]*>/g) ?? [];
  expect(new Set(tags.map((tag) => tag.replaceAll(/[</>]/g, "")))).toEqual(
    new Set(["h3", "pre", "table", "tr", "th", "td", "code"]),
  );
  const texts = page.replaceAll(/<[^>]*>/g, "");
  expect(texts).toMatch(/^(?:[\p{L}\p{N}\p{M} \n]|&#\d+;)*$/u);
  // Markdown would be read again after an empty line: each block begins with a tag.
  for (const block of page.trimEnd().split("\n\n")) expect(block).toMatch(/^<(h3|pre|table)>[^]*<\/(h3|pre|table)>$/);
});

test.each(NASTY)("nothing of a name is read as a command of the log: %j", (name) => {
  for (const line of logLines(everywhere(name))) {
    expect(line).toMatch(/^\| [^\p{C}]*$/u);
    expect(line).not.toContain("##[");
  }
});

test("the page says what changes, and what guards say", () => {
  const guards: StackReport["guards"] = [{ guard: "renamed", addresses: [], text: "people: must say was" }];
  const page = jobSummary(document({ changes: [change("jane")], guards, state: "refused" }, { exitCode: 1 }));
  const texts = page.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
  expect(texts).toBe(`<h3>diff of example against what is rendered: refused</h3>

<h3>authentik: 1 to create</h3>

<pre>
renamed: stands: people: must say was
</pre>

<table>
<tr><th><code>what</code></th><th><code>name</code></th><th><code>address</code></th><th><code>fields</code></th><th><code>was</code></th></tr>
<tr><td><code>create</code></td><td><code>jane</code></td><td><code>authentik_user.jane</code></td><td><code>name, email</code></td><td><code></code></td></tr>
</table>
`);
});

test("the log says the same", () => {
  const engine = { product: "OpenTofu", version: "1.12.6" } as ReportDocument["engine"];
  expect(logLines(document({ changes: [change("jane")] }, { engine, error: "one\ntwo" }))).toEqual([
    "| diff of example against the state, by OpenTofu 1.12.6: there are changes",
    "| one",
    "| two",
    "| authentik: 1 to create",
    "| create jane authentik_user.jane name, email",
  ]);
});

test("more rows than a summary may hold are counted", () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => [`jane-${index}`]);
  const page = table(["name"], rows);
  expect(page.length).toBeLessThan(250_000);
  const shown = page.match(/<td><code>/g)?.length ?? 0;
  expect(page).toContain(`<tr><td colspan="1">and ${20_000 - shown} more</td></tr>`);
});

test("what is no such document is told apart", () => {
  expect(() => readDocument("{}")).toThrow("not a document of diff --json");
  expect(readDocument(JSON.stringify(document({}))).site).toBe("example");
});
