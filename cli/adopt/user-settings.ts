import { list } from "../../access/stack";
import { userSettings as shape } from "../../config/settings-shape";
import type { SiteInput } from "../../config/schema";
import { constantsOf } from "./constants";
import { FLOWS, flowAt, stageAt } from "./flows";
import type { Instance } from "./instance";
import { missing } from "./login";
import { NOTHING, read, unsaid } from "./reading";
import type { Reading } from "./reading";

type UserSettings = NonNullable<SiteInput["userSettings"]>;

const NAME = FLOWS.userSettings;
const WHAT = `flow ${NAME}`;

/** The form of our own in which people change their settings on an instance. */
export function userSettingsOf(instance: Instance): Reading<UserSettings> {
  const flow = flowAt(instance, NAME);
  if (flow === undefined) return NOTHING;
  const form = stageAt(instance, "prompt/stages", `${NAME}-form`);
  if (form === undefined) return unsaid(WHAT, ...missing({ form }, NAME));
  const policy = instance.having("policies/expression", "name", `${NAME}-avatar`)[0];
  const takesPictures = policy !== undefined && list(form.validation_policies).includes(policy.pk);
  return read(WHAT, shape, { title: flow.title, avatars: takesPictures && limitsOf(policy.expression) });
}

/** What pictures the policy takes which is their only writer. */
function limitsOf(expression: unknown): Readonly<Record<string, unknown>> {
  const { MAX_BYTES: bytes, TYPES: types } = constantsOf(expression);
  return {
    maxKiB: Number(bytes) / 1024,
    types: list(types).map((type) => String(type).replace(/^image\//, "")),
  };
}
