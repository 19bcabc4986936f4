import type { TerraformResource } from "cdktf";
import { Construct } from "constructs";
import type { Flow as FlowResource } from "../.gen/providers/authentik/flow";
import { StageUserWrite } from "../.gen/providers/authentik/stage-user-write";
import { ExpressionPolicy } from "./expression-policy";
import { Flow } from "./flow";
import { PromptStage } from "./prompt-stage";
import type { PromptField } from "./prompt-stage";
import { outOfRange, refuse } from "./refusal";
import type { Refusal } from "./refusal";

/** Types of picture that are told by their first bytes, and that browsers show without running anything. */
export type AvatarType = "gif" | "jpeg" | "png" | "webp";

/** What pictures people may upload. */
export interface AvatarProps {
  /**
   * The largest picture, in KiB (16 to 1024). It is part of every answer of the API about the person, a third larger and
   * twice.  @default 512
   */
  readonly maxKiB?: number;
  /** Types a picture may have.  @default ["png", "jpeg", "gif", "webp"] */
  readonly types?: readonly AvatarType[];
}

export interface AvatarSettingsProps {
  /** Heading people read.  @default "Your settings" */
  readonly title?: string;
  /**
   * What pictures people may upload; false takes the fields away and leaves the pictures that were uploaded.
   * @default - see AvatarProps
   */
  readonly avatars?: AvatarProps | false;
  /** URL or path of the picture behind the box, where the form is opened by its URL.  @default - authentik's */
  readonly background?: string;
}

/**
 * The form in which people change their settings: username, name, e-mail address, language and picture.
 *
 * What they may change of the first three is asked of the system settings and of attributes, by a policy of our own as
 * authentik's form has one: nothing else keeps an address from being changed. Pictures are kept in `attributes.avatar`,
 * which has to come first among the system setting's avatars, and whose only writer is a policy. The brand has to carry
 * the flow.
 *
 * @throws RefusedError on a size out of range, and on types that nothing could have
 * @see https://docs.goauthentik.io/add-secure-apps/flows-stages/stages/prompt/
 */
export class AvatarSettings extends Construct {
  /** The flow's resource, for what this construct has no prop for. */
  readonly resource: FlowResource;
  /** The flow. */
  readonly flow: Flow;
  /** Uuid of the flow; known after apply. */
  readonly flowId: string;
  /** What to wait for before anybody is sent to the flow. */
  readonly complete: readonly TerraformResource[];

  constructor(scope: Construct, id: string, props: AvatarSettingsProps = {}) {
    super(scope, id);
    refuse(this, checkAvatarSettings(props));
    const { avatars = {} } = props;
    const authorization = this.authorization();
    const policies = avatars === false ? [authorization] : [authorization, this.avatar(avatars)];
    const form = new PromptStage(this, "form", {
      name: `${NAME}-form`,
      fields: avatars === false ? FIELDS : [...FIELDS, ...avatarFields(avatars)],
      validationPolicies: policies.map(({ policyId }) => policyId),
    });
    this.flow = new Flow(this, "flow", {
      name: NAME,
      slug: NAME,
      title: props.title ?? "Your settings",
      designation: "stage_configuration",
      authentication: "require_authenticated",
      background: props.background,
      steps: [
        { id: "form", order: 20, stage: form.stageId },
        { id: "write", order: 100, stage: this.write().id },
      ],
    });
    this.resource = this.flow.resource;
    this.node.defaultChild = this.resource;
    this.flowId = this.flow.flowId;
    this.complete = this.flow.complete;
  }

  private authorization(): ExpressionPolicy {
    const file = `${__dirname}/../policies/user_settings_authorization.py`;
    return new ExpressionPolicy(this, "authorization", { name: AUTHORIZATION, file });
  }

  private avatar({ maxKiB = MAX_KIB, types = TYPES }: AvatarProps): ExpressionPolicy {
    return new ExpressionPolicy(this, "avatar", {
      name: `${NAME}-avatar`,
      file: `${__dirname}/../policies/avatar.py`,
      constants: { AUTHORIZATION, MAX_BYTES: maxKiB * 1024, TYPES: types.map((type) => `image/${type}`) },
    });
  }

  private write(): StageUserWrite {
    return new StageUserWrite(this, "write", {
      name: `${NAME}-write`,
      userCreationMode: "never_create",
      createUsersAsInactive: false,
      userType: "internal",
      // Deleting a stage deletes its bindings, and the flow goes on without it.
      lifecycle: { createBeforeDestroy: true },
    });
  }
}

/** Name and slug of the flow, and what its stages and policies begin with. */
const NAME = "iac-user-settings";
const AUTHORIZATION = `${NAME}-authorization`;
const TYPES: readonly AvatarType[] = ["png", "jpeg", "gif", "webp"];
const MAX_KIB = 512;

const FIELDS: readonly PromptField[] = [
  { key: "username", label: "Username", type: "username", initialExpression: "return user.username" },
  { key: "name", label: "Name", type: "text", initialExpression: "return user.name" },
  { key: "email", label: "E-mail address", type: "email", initialExpression: "return user.email" },
  {
    key: "attributes.settings.locale",
    label: "Language",
    type: "ak-locale",
    initialExpression: 'return (user.attributes.get("settings") or {}).get("locale") or ""',
  },
];

/** Their keys begin with no `attributes.`, or what is entered would be written as it is. */
function avatarFields({ maxKiB = MAX_KIB, types = TYPES }: AvatarProps): PromptField[] {
  const names = types.map((type) => type.toUpperCase());
  const last = names.pop() ?? "";
  const list = names.length === 0 ? last : `${names.join(", ")} or ${last}`;
  return [
    {
      key: "avatar_upload",
      label: "Picture",
      type: "file",
      required: false,
      help: `${list}, at most ${maxKiB} KiB. Leave it empty to keep the one you have.`,
    },
    {
      key: "avatar_reset",
      label: "Remove my picture",
      type: "checkbox",
      required: false,
    },
  ];
}

/** Settings as far as config could be read; what is missing or wrong there is reported by the shape. */
export interface LooseAvatarSettings {
  readonly avatars?: { readonly maxKiB?: number; readonly types?: readonly (AvatarType | undefined)[] } | false;
}

/** Refuses a size out of range, and types that nothing could have. */
export function checkAvatarSettings({ avatars }: LooseAvatarSettings): Refusal[] {
  if (avatars === undefined || avatars === false) return [];
  const { maxKiB, types } = avatars;
  const refusals = outOfRange("avatars.maxKiB", maxKiB, 16, 1024);
  if (refusals.length === 0 && maxKiB !== undefined && !Number.isInteger(maxKiB)) {
    refusals.push({ field: "avatars.maxKiB", text: `must be a whole number, got ${maxKiB}` });
  }
  if (types === undefined) return refusals;
  const add = (code: string | undefined, text: string): void =>
    void refusals.push({ ...(code === undefined ? {} : { code }), field: "avatars.types", text });
  if (types.length === 0) add(undefined, "must name at least one, got []; say avatars: false for no pictures");
  const again = types.find((type, place) => type !== undefined && types.indexOf(type) < place);
  if (again !== undefined) add("AK012", `must name each once, got "${again}" again; remove it`);
  const unknown = types.find((type) => type !== undefined && !TYPES.includes(type));
  if (unknown !== undefined) {
    add(
      undefined,
      `must be ${TYPES.join(", ")}, got "${unknown as string}"; others may hold scripts, or are not told apart`,
    );
  }
  return refusals;
}
