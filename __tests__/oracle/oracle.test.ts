import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { accessCases } from "./cases/access";
import { backendCases } from "./cases/backend";
import type { Case } from "./cases/case";
import { Draft } from "./cases/case";
import { chartCases } from "./cases/chart";
import { directoryCases } from "./cases/directory";
import { documentCases } from "./cases/document";
import { flowCases } from "./cases/flows";
import { identityCases } from "./cases/identity";
import { ldapCases } from "./cases/ldap";
import { lifecycleCases } from "./cases/lifecycles";
import { numberCases } from "./cases/numbers";
import { oauth2ServerCases } from "./cases/oauth2-server";
import { platformCases } from "./cases/platform";
import { providerCases } from "./cases/providers";
import { referenceCases } from "./cases/references";
import { schemaCases } from "./cases/schema";
import { secretCases } from "./cases/secrets";
import { sectionCases } from "./cases/sections";
import { validDocument } from "./fixtures/document";
import type { Finding } from "./index";
import { expectConforms, inspect } from "./index";
import { rowTypes } from "./second-plan";

const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  "schema of a block": schemaCases,
  "numbers of a block": numberCases,
  "lifecycles and dependencies": lifecycleCases,
  "references and addresses": referenceCases,
  "identity of what is referred to": identityCases,
  secrets: secretCases,
  "the document": documentCases,
  "sections and providers of the document": sectionCases,
  "the backend": backendCases,
  "who may open an application": accessCases,
  "the server's side of an OAuth provider": oauth2ServerCases,
  "the server's side of an LDAP provider": ldapCases,
  "values of the chart": chartCases,
  "the second plan of applications and providers": providerCases,
  "the second plan of policies, people and settings": directoryCases,
  "the second plan of flows, sources and brands": flowCases,
  "the second plan of outposts and the platform": platformCases,
};
const ALL = Object.values(GROUPS).flat();

function title(findings: readonly Finding[]): string {
  return findings.map(({ rule, address, text }) => `${rule}: ${address} ${text}`).join(" + ") || "nothing";
}

describe("a valid stack", () => {
  test("has no finding", () => {
    expect(inspect(validDocument())).toEqual([]);
    expect(() => {
      expectConforms(validDocument());
    }).not.toThrow();
  });

  test("has a resource for every row of the second-plan table", () => {
    expect(Object.keys(validDocument()["resource"] ?? {}).sort()).toEqual([...rowTypes()].sort());
  });
});

describe.each(Object.entries(GROUPS))("%s", (_, cases) => {
  test.each(cases.map((one) => [title(one.findings), one] as const))("finds %s", (_title, { spoil, findings }) => {
    const document = validDocument();
    spoil(new Draft(document));
    expect(inspect(document)).toEqual(findings);
  });
});

test("every rule has a case", () => {
  const sources = ["rules", "checks", "."].flatMap((folder) => {
    const path = join(__dirname, folder);
    return readdirSync(path)
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
      .map((name) => readFileSync(join(path, name), "utf8"));
  });
  const rules = sources.flatMap((source) => [...source.matchAll(/problem\(\s*"([a-z-]+)"/g)].map(([, rule]) => rule));
  const covered = new Set(ALL.flatMap(({ findings }) => findings.map(({ rule }) => rule)));
  expect(rules.length).toBeGreaterThan(100);
  expect(rules.filter((rule) => rule !== undefined && !covered.has(rule))).toEqual([]);
});

test("expectConforms throws one error that lists every finding", () => {
  const document = validDocument();
  const draft = new Draft(document);
  draft.block("authentik_group.staff")["colour"] = "blue";
  draft.block("authentik_flow.totp")["slug"] = "";
  expect(() => {
    expectConforms(document);
  }).toThrow(
    [
      "the stack does not conform, 2 findings:",
      "  authentik_group.staff: colour is no argument of authentik_group; remove it or correct its name [unknown-attribute]",
      "  authentik_flow.totp: slug must not be empty; give it a value [empty-required]",
    ].join("\n"),
  );
});

test("an empty document lacks only what every document needs", () => {
  expect(inspect({}).map(({ rule }) => rule)).toEqual(["backend", "required-version"]);
});

test("a thousand blocks take a fraction of a second", () => {
  const document = validDocument();
  const draft = new Draft(document);
  for (let i = 0; i < 1000; i += 1) {
    Object.assign(draft.block(`authentik_group.g${i}`), {
      name: `group ${i}`,
      parents: i > 0 ? [`\${authentik_group.g${i - 1}.id}`] : [],
      attributes: '{"a":1}',
      lifecycle: { create_before_destroy: true },
      depends_on: ["helm_release.authentik"],
    });
  }
  const started = performance.now();
  expect(inspect(document)).toEqual([]);
  expect(performance.now() - started).toBeLessThan(1000);
});
