import type { Check } from "../finding";
import { problem } from "../finding";
import { asList, objectAt, parseObject } from "../json";
import { schemaOf } from "../schemas/index";
import { parseTemplate } from "../template";

/** A write-only value is written again only when the number beside it changes. */
export const writeOnlyRevisions: Check = function* ({ body, mode, type }) {
  const known = schemaOf(mode, type)?.arguments;
  for (const name of Object.keys(body)) {
    const counter = [`${name}_revision`, `${name}_version`].find((candidate) => known?.has(candidate));
    if (!name.endsWith("_wo") || counter === undefined || counter in body) continue;
    yield problem(
      "write-only-revision",
      `${counter} must be stated with ${name}; a changed value is not written without it`,
    );
  }
};

const EXACT = /^v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/;

/** A range of versions drifts with the repository; values that do not parse fail the release. */
export const pinnedRelease: Check = function* ({ body }) {
  const { chart, repository, values, version } = body;
  const isLocal = repository === undefined && typeof chart === "string" && /^\.{1,2}\/|\.tgz$/.test(chart);
  if (!isLocal && (typeof version !== "string" || !EXACT.test(version))) {
    yield problem("helm-release", "version must be one exact version; a range changes with the repository");
  }
  for (const [index, text] of asList(values).entries()) {
    if (typeof text !== "string") continue;
    const template = parseTemplate(text);
    if (template.whole || parseObject(template.text)) continue;
    yield problem(
      "helm-release",
      `values[${index}] must be a JSON object, which is YAML too; write it with JSON.stringify`,
    );
  }
};

/** Without a name the object cannot be found again under its address, unless two of it have to be there at once. */
export const namedObject: Check = function* ({ body }) {
  const { name, generate_name: start } = objectAt(body, "metadata");
  if (typeof name === "string" && name !== "") return;
  if (typeof start === "string" && objectAt(body, "lifecycle")["create_before_destroy"] === true) return;
  yield problem("object-name", "metadata.name must be stated; a generated name differs at every creation");
};
