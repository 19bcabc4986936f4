/** A problem that synthesis told. */
export interface ToldProblem {
  readonly code: string | undefined;
  /** The record, such as `apps.wiki`. */
  readonly place: string;
  /** What is wrong. */
  readonly why: string;
}

/** The problems in what synthesis printed: of the config's one error, and of constructs that refuse. */
export function problemsIn(text: string): ToldProblem[] {
  const problems: ToldProblem[] = [];
  let construct: string | undefined;
  for (const line of text.split("\n")) {
    const [, path] = /^\w+ "([^"]+)": /.exec(line) ?? [];
    construct = path ?? construct;
    const told = path === undefined ? line : line.slice(line.indexOf('": ') + 3);
    const problem = construct === undefined ? configProblem(told) : constructProblem(told, construct);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}

/** Such as `  AK035 apps.wiki: redirectUris[0] must …`. */
function configProblem(line: string): ToldProblem | undefined {
  const [, code, place = "", why = ""] = /^ {2}(?:(AK\d{3}) )?(\S+): (.*)$/.exec(line) ?? [];
  return place === "" ? undefined : { code, place, why };
}

const SECTIONS: Readonly<Record<string, string>> = { hosts: "hostAccess", scopes: "scopeMappings" };

/** Such as `AK031 redirectUris[0] must …` of the construct `authentik/identity/apps/wiki`. */
function constructProblem(line: string, path: string): ToldProblem | undefined {
  const [, code, why = ""] = /^\s*(?:(AK\d{3}) )?(\S.*)$/.exec(line) ?? [];
  const [, , section = "", key = ""] = path.split("/");
  if (why === "" || section === "") return undefined;
  const name = SECTIONS[section] ?? section.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const hasKey = ["apps", "groups", "sources", "scopeMappings", "policies"].includes(name);
  return { code, place: hasKey ? `${name}.${key.replace(/^custom-/, "")}` : name, why };
}
