import type { Finding, Rule } from "./finding";
import type { TerraformJson } from "./json";
import { applicationsAreGuarded } from "./rules/access";
import { statedAddresses } from "./rules/addresses";
import { adoptedObjectsKeepTheirValues } from "./rules/adoption";
import { argumentsFit, nothingIsNull } from "./rules/arguments";
import { backendFits } from "./rules/backend";
import {
  dependenciesAreAddresses,
  providersConfigured,
  providersConfiguredOnce,
  sectionsAreKnown,
} from "./rules/document";
import { noForbiddenTypes, noMachinePaths } from "./rules/forbidden";
import { identitiesMatch, importIdsMatch, noUuids } from "./rules/identity";
import { lookedUpOnce, lookupsAreExact, noLookupsOfOwn } from "./rules/lookups";
import { lifecycles, providersExist } from "./rules/meta-arguments";
import { integersAreWhole } from "./rules/numbers";
import { outputsHideSecrets } from "./rules/outputs";
import { noCircles, referencesResolve } from "./rules/references";
import { serversOwnObjects } from "./rules/reserved-names";
import { noLiteralSecrets, noTokens, secretsStayOut } from "./rules/secrets";
import { identityWaitsForRelease } from "./rules/startup";
import { terraformBlock } from "./rules/terraform-block";
import { namesAreUnique } from "./rules/unique-names";
import { valuesComeBack } from "./rules/values";
import { vaultPathsKeepApart } from "./rules/vault-paths";
import { secondPlanIsEmpty } from "./second-plan";
import { Stack } from "./stack";

export type { Finding } from "./finding";
export type { Json, JsonObject, TerraformJson } from "./json";

const RULES: readonly Rule[] = [
  sectionsAreKnown,
  argumentsFit,
  nothingIsNull,
  integersAreWhole,
  lifecycles,
  dependenciesAreAddresses,
  providersConfiguredOnce,
  providersConfigured,
  providersExist,
  referencesResolve,
  noCircles,
  statedAddresses,
  identitiesMatch,
  importIdsMatch,
  noUuids,
  noLiteralSecrets,
  noTokens,
  secretsStayOut,
  vaultPathsKeepApart,
  outputsHideSecrets,
  terraformBlock,
  backendFits,
  noMachinePaths,
  noForbiddenTypes,
  lookupsAreExact,
  lookedUpOnce,
  noLookupsOfOwn,
  namesAreUnique,
  serversOwnObjects,
  applicationsAreGuarded,
  identityWaitsForRelease,
  valuesComeBack,
  secondPlanIsEmpty,
  adoptedObjectsKeepTheirValues,
];

/** Everything that is wrong with one synthesized stack; empty when it would apply and plan to zero. */
export function inspect(document: TerraformJson): Finding[] {
  const stack = new Stack(document);
  return RULES.flatMap((rule) => [...rule(stack)]);
}

/** Throws one error listing all findings. */
export function expectConforms(document: TerraformJson): void {
  const findings = inspect(document);
  if (findings.length === 0) return;
  const lines = findings.map(({ address, rule, text }) => `  ${address}: ${text} [${rule}]`);
  throw new Error(`the stack does not conform, ${findings.length} findings:\n${lines.join("\n")}`);
}
