import { Construct } from "constructs";
import { StagePrompt } from "../.gen/providers/authentik/stage-prompt";
import { StagePromptField } from "../.gen/providers/authentik/stage-prompt-field";
import { leaveUnset } from "./lifecycle";
import { refuse } from "./refusal";
import type { Refusal } from "./refusal";
import { escapeTemplate } from "./template";

/** What a field of a form looks like and takes; authentik's own names. */
export type PromptType =
  | "ak-locale"
  | "alert_danger"
  | "alert_info"
  | "alert_warning"
  | "checkbox"
  | "date"
  | "date-time"
  | "dropdown"
  | "email"
  | "file"
  | "hidden"
  | "number"
  | "password"
  | "radio-button-group"
  | "separator"
  | "static"
  | "text"
  | "text_area"
  | "text_area_read_only"
  | "text_read_only"
  | "username";

/** One field of a form. */
export interface PromptField {
  /**
   * What the answer is called in the flow's `prompt_data`, unique in the form. A stage that writes people writes
   * `username`, `name`, `email`, `password` and whatever begins with `attributes.`; a value that is there already, as
   * from a source, fills the field in.
   */
  readonly key: string;
  /** What people read beside it. */
  readonly label: string;
  /** What it takes; of two of type `password` both have to be the same. */
  readonly type: PromptType;
  /** Whether it has to be filled in.  @default true */
  readonly required?: boolean;
  /** Grey text in an empty field.  @default - none */
  readonly placeholder?: string;
  /** Text below the field.  @default - none */
  readonly help?: string;
  /** What it is filled in with when the flow knows no answer.  @default - nothing */
  readonly initialValue?: string;
  /** Python that returns what it is filled in with; it knows `user` and `prompt_context`.  @default - nothing */
  readonly initialExpression?: string;
  /** What to choose from, for `dropdown` and `radio-button-group`. */
  readonly choices?: readonly string[];
}

export interface PromptStageProps {
  /** Name in authentik, unique among stages; the fields are called that, a dash and their key. */
  readonly name: string;
  /** The fields, as they stand on the page. */
  readonly fields: readonly PromptField[];
  /** Uuids of the policies that have to pass when the form is sent; their messages are shown.  @default - none */
  readonly validationPolicies?: readonly string[];
}

/**
 * A form with its fields.
 *
 * @throws RefusedError on a form without fields, on two that would be one, and on choices that do not belong to a field
 * @see https://docs.goauthentik.io/add-secure-apps/flows-stages/stages/prompt/
 */
export class PromptStage extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: StagePrompt;
  /** Uuid of the stage; known after apply. */
  readonly stageId: string;

  constructor(scope: Construct, id: string, props: PromptStageProps) {
    super(scope, id);
    refuse(this, checkPromptStage(props));
    const { name, fields, validationPolicies = [] } = props;
    this.resource = new StagePrompt(this, "Resource", {
      name,
      fields: fields.map((field, place) => this.addField(`${name}-${field.key}`, field, (place + 1) * 10)),
      validationPolicies: [...validationPolicies],
      // Deleting a stage deletes its bindings, and the flow goes on without it.
      lifecycle: { createBeforeDestroy: true },
    });
    this.node.defaultChild = this.resource;
    this.stageId = this.resource.id;
  }

  private addField(name: string, field: PromptField, order: number): string {
    const { key, label, type, required, help, choices, initialExpression } = field;
    const placeholder = choices === undefined ? field.placeholder : `return ${JSON.stringify(choices)}`;
    const initialValue =
      initialExpression === undefined ? field.initialValue : escapeTemplate(initialExpression.trim());
    return new StagePromptField(this, idOf(key), {
      name,
      fieldKey: key,
      label,
      type,
      // The provider sends no 0.
      order,
      required: required ?? true,
      placeholder,
      placeholderExpression: choices !== undefined,
      initialValue,
      initialValueExpression: initialExpression !== undefined,
      subText: help ?? "",
      // Deleted first, a field would be missing from the form for a moment.
      lifecycle: leaveUnset({ placeholder, initial_value: initialValue }, { createBeforeDestroy: true }),
    }).id;
  }
}

function idOf(key: string): string {
  return key.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

const CHOICES: readonly PromptType[] = ["dropdown", "radio-button-group"];

/** Refuses a form without fields, two fields that would be one, and choices that do not belong to a field. */
export function checkPromptStage({ fields }: Pick<PromptStageProps, "fields">): Refusal[] {
  if (fields.length === 0)
    return [{ field: "fields", text: "must hold at least one field, got []; a form without any asks for nothing" }];
  return fields.flatMap(({ key, type, choices, placeholder, initialValue, initialExpression }, place) => {
    const refusals: Refusal[] = [];
    const add = (name: string, text: string): void =>
      void refusals.push({ field: `fields[${place}].${name}`, text: `must ${text}` });
    const first = fields.findIndex((other) => idOf(other.key) === idOf(key));
    if (!/^[a-z]\w*(\.\w+)*$/i.test(key)) {
      add("key", `be words of letters, digits and underscores with dots between, got "${key}"; rename it`);
    } else if (first < place) {
      add("key", `be a name of its own, got "${key}", as fields[${first}] has; rename it`);
    }
    if (CHOICES.includes(type) && (choices ?? []).length === 0) {
      add("choices", `name at least one beside type "${type}", got none; say what to choose from`);
    } else if (!CHOICES.includes(type) && choices !== undefined) {
      add("choices", `be left out beside type "${type}", got some; nothing would show them`);
    } else if (choices !== undefined && placeholder !== undefined) {
      add("placeholder", "be left out beside choices, got one; authentik keeps both in one place");
    }
    if (initialValue !== undefined && initialExpression !== undefined) {
      add("initialValue", "be left out beside initialExpression, got both; leave one out");
    }
    return refusals;
  });
}
