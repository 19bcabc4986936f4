import type { Argument, BlockSchema } from "./schema";
import { argument } from "./schema";

const OUTPUT = { settable: false, computed: true } as const;

function schema(all: Readonly<Record<string, Argument>>): BlockSchema {
  const known = new Map(Object.entries(all));
  return { arguments: known, exports: (name) => known.has(name) };
}

/** Blocks that no vendored schema and no binding describes, by mode and type. */
export const BUILTIN: Readonly<Record<string, BlockSchema>> = {
  "resource terraform_data": schema({
    input: argument("any"),
    triggers_replace: argument("any"),
    id: argument("string", OUTPUT),
    output: argument("any", OUTPUT),
  }),
  // Known only so that the rule against it can say why.
  "data terraform_remote_state": schema({
    backend: argument("string", { required: true }),
    config: argument("any"),
    defaults: argument("any"),
    workspace: argument("string"),
    outputs: argument("any", OUTPUT),
  }),
  "ephemeral vault_kv_secret_v2": schema({
    mount: argument("string", { required: true }),
    name: argument("string", { required: true }),
    version: argument("number"),
    mount_id: argument("string"),
    namespace: argument("string"),
    path: argument("string", OUTPUT),
    data: argument({ map: "string" }, OUTPUT),
    data_json: argument("string", OUTPUT),
    created_time: argument("string", OUTPUT),
    custom_metadata: argument({ map: "string" }, OUTPUT),
    deletion_time: argument("string", OUTPUT),
    destroyed: argument("bool", OUTPUT),
  }),
};
