import type { Case, Draft } from "./case";
import { flaw } from "./case";

type Arguments = Record<string, unknown>;

const backend = (type: string, given: Arguments) => (draft: Draft) => {
  draft.section("terraform")["backend"] = { [type]: given };
};
const lacks = (type: string, key: string): Case =>
  flaw(
    "terraform",
    "backend-key",
    `backend.${type}.${key} must be stated; without it stacks share one state`,
    backend(type, {}),
  );
const credential = (type: string, name: string, given: Arguments): Case =>
  flaw(
    "terraform",
    "backend-credential",
    `backend.${type}.${name} holds a credential; leave it to the environment or to init's -backend-config`,
    backend(type, given),
  );

/** Where the state goes. */
export const backendCases: readonly Case[] = [
  flaw(
    "terraform",
    "backend-type",
    "backend s4 is none that Terraform has; use one of azurerm, consul, cos, gcs, http, kubernetes, local, oci, oss, pg, remote, s3",
    backend("s4", { key: "x" }),
  ),
  lacks("kubernetes", "secret_suffix"),
  lacks("s3", "key"),
  lacks("pg", "schema_name"),
  lacks("local", "path"),
  lacks("gcs", "prefix"),
  lacks("azurerm", "key"),
  lacks("consul", "path"),
  lacks("http", "address"),
  credential("kubernetes", "token", { secret_suffix: "x", token: "hunter2" }),
  credential("s3", "secret_key", { key: "x", secret_key: "hunter2" }),
  credential("s3", "access_key", { key: "x", access_key: "hunter2" }),
  credential("http", "password", { address: "https://state.example.org", password: "hunter2" }),
  credential("http", "address", { address: "https://jane:hunter2@state.example.org" }),
  credential("azurerm", "sas_token", { key: "x", sas_token: "hunter2" }),
  credential("pg", "conn_str", { schema_name: "x", conn_str: "postgres://tf:hunter2@db.example.org/state" }),
  credential("pg", "conn_str", { schema_name: "x", conn_str: "host=db.example.org password=hunter2" }),
  credential("gcs", "credentials", { prefix: "x", credentials: '{"type":"service_account"}' }),
  { spoil: backend("gcs", { prefix: "x", credentials: "account.json" }), findings: [] },
  { spoil: backend("pg", { schema_name: "x", conn_str: "postgres://db.example.org/state" }), findings: [] },
  { spoil: backend("s3", { key: "x", bucket: "states", region: "eu-central-1" }), findings: [] },
];
