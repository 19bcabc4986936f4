import type { Construct } from "constructs";
import { StageEmail } from "../.gen/providers/authentik/stage-email";
import { StageIdentification } from "../.gen/providers/authentik/stage-identification";
import { StageInvitation } from "../.gen/providers/authentik/stage-invitation";
import { StageUserWrite } from "../.gen/providers/authentik/stage-user-write";
import type { StageUserWriteConfig } from "../.gen/providers/authentik/stage-user-write";
import type { Constants } from "./expression";
import { ExpressionPolicy } from "./expression-policy";
import { PromptStage } from "./prompt-stage";
import type { PromptField } from "./prompt-stage";

/** Name and slug of the flow, and what its stages and policies begin with. */
export const ENROLLMENT = "iac-enrollment";

/** Deleting a stage deletes its bindings, and the flow goes on without it. */
const LASTING = { createBeforeDestroy: true };

/** One of the policies that come with the project. */
export function enrollmentPolicy(
  scope: Construct,
  id: string,
  python: string,
  constants?: Constants,
): ExpressionPolicy {
  const file = `${__dirname}/../policies/${python}.py`;
  return new ExpressionPolicy(scope, id, { name: `${ENROLLMENT}-${id}`, file, constants });
}

/** Lets in those who have an invitation; reads the code from the link, or else from what was entered as `token`. */
export function invitationStage(scope: Construct): StageInvitation {
  const name = `${ENROLLMENT}-invitation`;
  return new StageInvitation(scope, "invitation", { name, continueFlowWithoutInvitation: false, lifecycle: LASTING });
}

const NAMES: readonly PromptField[] = [
  { key: "username", label: "Username", type: "username" },
  { key: "name", label: "Full name", type: "text" },
  { key: "email", label: "E-mail address", type: "email" },
];
const PASSWORDS: readonly PromptField[] = [
  { key: "password", label: "Password", type: "password" },
  { key: "password_repeat", label: "Password (again)", type: "password" },
];

/** Asks who somebody is; what a source or an invitation says of it is filled in. */
export function detailsStage(scope: Construct, withPassword: boolean, passwordPolicy?: string): PromptStage {
  const names = enrollmentPolicy(scope, "names", "enrollment_names").policyId;
  return new PromptStage(scope, "details", {
    name: `${ENROLLMENT}-details`,
    fields: withPassword ? [...NAMES, ...PASSWORDS] : NAMES,
    validationPolicies: passwordPolicy === undefined ? [names] : [names, passwordPolicy],
  });
}

/** What people choose who enroll with a passkey. */
export const BY_PASSKEY = "A passkey on this device or a security key";

/** Asks what somebody wants to sign in with. */
export function choiceStage(scope: Construct): PromptStage {
  const choices = ["An account I have elsewhere", BY_PASSKEY];
  return new PromptStage(scope, "choice", {
    name: `${ENROLLMENT}-choice`,
    fields: [{ key: "enroll_with", label: "What do you want to sign in with?", type: "radio-button-group", choices }],
  });
}

/** Shows the buttons of sources and nothing else; nobody gets past it but by one of them. */
export function sourcesStage(scope: Construct, sources: string[]): StageIdentification {
  return new StageIdentification(scope, "sources", {
    name: `${ENROLLMENT}-sources`,
    userFields: [],
    sources,
    showSourceLabels: true,
    // With it, whoever sends a name would get past the buttons.
    pretendUserExists: false,
    showMatchedUser: false,
    enableRememberMe: false,
    caseInsensitiveMatching: true,
    lifecycle: LASTING,
  });
}

/** Asks for the code that was in the link, which is lost on the way through a source. */
export function codeStage(scope: Construct): PromptStage {
  const help = "It is in the link you were sent, after itoken=";
  return new PromptStage(scope, "code", {
    name: `${ENROLLMENT}-code`,
    fields: [{ key: "token", label: "Code of your invitation", type: "text", help }],
  });
}

/** Makes the person; people who become active later are made by another stage, so that neither is ever the other. */
export function writeStage(
  scope: Construct,
  inactive: boolean,
  options: Pick<StageUserWriteConfig, "createUsersGroup" | "userType">,
): StageUserWrite {
  const id = inactive ? "write-inactive" : "write";
  return new StageUserWrite(scope, id, {
    ...options,
    name: `${ENROLLMENT}-${id}`,
    createUsersAsInactive: inactive,
    // Somebody who is known already is never written to.
    userCreationMode: "always_create",
    lifecycle: LASTING,
  });
}

/** Sends a link, which makes the person active. */
export function emailStage(scope: Construct, subject: string, tokenMinutes: number): StageEmail {
  return new StageEmail(scope, "email", {
    name: `${ENROLLMENT}-email`,
    useGlobalSettings: true,
    subject,
    template: "email/account_confirmation.html",
    activateUserOnSuccess: true,
    tokenExpiry: `minutes=${tokenMinutes}`,
    recoveryMaxAttempts: 5,
    recoveryCacheTimeout: "minutes=5",
    lifecycle: LASTING,
  });
}
