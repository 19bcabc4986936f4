import { isRecord, list } from "../../access/stack";
import { enrollment as shape } from "../../config/enrollment-shape";
import type { SiteInput } from "../../config/schema";
import { constantsOf } from "./constants";
import { FLOWS, flowAt, hasStep, setUpStage, stageAt } from "./flows";
import type { Instance, Live } from "./instance";
import { missing } from "./login";
import { NOTHING, isSet, read, unsaid } from "./reading";
import type { Reading } from "./reading";
import { minutesOf } from "./recovery";
import { otherThan, sessionOf } from "./session";
import type { Session } from "./session";

type Enrollment = NonNullable<SiteInput["enrollment"]>;

/** The key that a site has for an object, if it has one. */
export type KeyOf = (pk: unknown) => string | undefined;

/** What an enrollment is read beside. */
export interface Beside {
  /** The session of the login. */
  readonly login: Session;
  readonly keyOfGroup: KeyOf;
  readonly keyOfSource: KeyOf;
  /** Uuids of all sources of the site, in its order. */
  readonly sources: readonly unknown[];
}

const NAME = FLOWS.enrollment;
const WHAT = `flow ${NAME}`;
const USUAL_SUBJECT = "Confirm your account";
const USUAL_MINUTES = 30;

/** How people without an account get one on an instance. */
export function enrollmentOf(instance: Instance, beside: Beside): Reading<Enrollment> {
  const flow = flowAt(instance, NAME);
  if (flow === undefined) return NOTHING;
  const by = kindOf(instance, flow);
  if (by === undefined) {
    const got = "neither the step of an invitation nor that of an e-mail";
    return unsaid(WHAT, `by must be invitation, social or open, got ${got}`);
  }
  const write = by === "open" ? "write-inactive" : "write";
  const writes = stageAt(instance, "user_write", `${NAME}-${write}`);
  const session = sessionOf(instance, `${NAME}-session`);
  if (writes === undefined || session === undefined) {
    return unsaid(WHAT, ...missing({ [write]: writes, session }, NAME));
  }
  const groups = by === "open" ? { keys: [] } : assignable(instance, beside.keyOfGroup);
  const joined = joining(writes, beside.keyOfGroup);
  const sources = by === "social" ? enrolling(instance, flow, beside) : {};
  const reasons = [groups, joined, sources].flatMap(({ why }) => why ?? []);
  if (reasons.length > 0) return unsaid(WHAT, ...reasons);
  const makesPasskey = hasStep(instance, flow, setUpStage(instance, "webauthn"));
  return read(WHAT, shape, {
    by,
    title: flow.title,
    assignableGroups: groups.keys,
    usersGroup: joined.keys?.[0],
    passkey: makesPasskey === (by === "social") ? undefined : makesPasskey,
    totp: hasStep(instance, flow, setUpStage(instance, "totp")),
    sources: sources.keys,
    userType: writes.user_type,
    ...(by === "open" ? emailOf(instance) : {}),
    ...otherThan(beside.login, session),
  });
}

/** What people come by, told by the steps that only one kind has. */
function kindOf(instance: Instance, flow: Live): Enrollment["by"] | undefined {
  const has = (kind: string, stage: string): boolean =>
    hasStep(instance, flow, stageAt(instance, kind, `${NAME}-${stage}`));
  if (has("email", "email")) return "open";
  if (has("prompt/stages", "code")) return "social";
  return has("invitation/stages", "invitation") ? "invitation" : undefined;
}

interface Keys {
  readonly keys?: readonly string[] | undefined;
  readonly why?: string;
}

/** The group that everybody is put into, if there is one. */
function joining({ create_users_group }: Live, keyOfGroup: KeyOf): Keys {
  if (!isSet(create_users_group)) return {};
  const key = keyOfGroup(create_users_group);
  if (key !== undefined) return { keys: [key] };
  return { why: "usersGroup must be a group of the site, got another" };
}

/** The groups that the policy names which puts people into them. */
function assignable(instance: Instance, keyOfGroup: KeyOf): Keys {
  const policy = instance.having("policies/expression", "name", `${NAME}-groups`)[0];
  const names = constantsOf(policy?.expression)["ALLOWED_GROUPS"];
  if (!Array.isArray(names)) {
    return { why: `assignableGroups must be in a list of the policy ${NAME}-groups, got one that cannot be read` };
  }
  const keys = (names as unknown[]).map((name) => keyOfGroup(instance.having("core/groups", "name", name)[0]?.pk));
  const unknown = (names as unknown[]).filter((_, place) => keys[place] === undefined);
  if (unknown.length === 0) return { keys: keys.filter((key) => key !== undefined) };
  const got = unknown.map((name) => JSON.stringify(name)).join(", ");
  return { why: `assignableGroups must be groups of the site, got ${got}` };
}

/** The sources that people come from; nothing said when they are all that the site has. */
function enrolling(instance: Instance, flow: Live, { keyOfSource, sources: all }: Beside): Keys {
  const stage = stageAt(instance, "identification", `${NAME}-sources`);
  const sources = hasStep(instance, flow, stage) ? list(stage?.sources) : [];
  if (sources.length === all.length && sources.every((source, place) => source === all[place])) return {};
  if (sources.length === 0) return { why: "sources must be one at least where the site has any, got none" };
  const keys = sources.map(keyOfSource);
  if (keys.every((key) => key !== undefined)) return { keys };
  return { why: "sources must be sources of the site, got another" };
}

function emailOf(instance: Instance): Readonly<Record<string, unknown>> {
  const email = stageAt(instance, "email", `${NAME}-email`);
  const { subject, token_expiry }: Partial<Live> = isRecord(email) ? email : {};
  const minutes = minutesOf(token_expiry);
  return {
    emailSubject: subject === USUAL_SUBJECT ? undefined : subject,
    tokenMinutes: minutes === USUAL_MINUTES ? undefined : minutes,
  };
}
