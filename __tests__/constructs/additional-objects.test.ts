import { escapeBraces } from "../../constructs/additional-objects";

/** What Helm makes of a text whose only actions are raw texts, which is all that may be in it. */
function render(text: string): string {
  return text.replaceAll(/\{\{([^]*?)\}\}/g, (_, action: string) => {
    const raw = /^`([^`]*)`$/.exec(action)?.[1];
    if (raw === undefined) throw new Error(`Helm would run ${action}`);
    return raw;
  });
}

test.each([
  "no braces",
  "{{ $labels.pod }} is down for {{ $value | humanizeDuration }}",
  "{{",
  "}}",
  "{{{",
  "{{{{ x }}}}",
  "{ {",
  "{{`raw`}}",
  "{{- trimmed -}}",
  "{{/* a comment */}}",
  "two\n  {{ lines }}\n",
  "${{ github.ref }} and %{{ x }}",
])("%j comes out of Helm as it went in", (text) => {
  expect(render(escapeBraces(text))).toBe(text);
});

test("at any depth, in keys as well, and nothing but text is changed", () => {
  expect(escapeBraces({ "{{a}}": [{ b: "{{c}}" }, 1, true, null] })).toEqual({
    "{{`{{`}}a}}": [{ b: "{{`{{`}}c}}" }, 1, true, null],
  });
});
