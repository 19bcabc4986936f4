import { runnerName } from "./objects";
import type { Flux, Manifest, Part } from "./objects";
import { planSecretPattern, stateNames } from "./state";

const API = "admissionregistration.k8s.io/v1";

/**
 * What roles cannot say: which Secrets a runner may make. Whoever may make any, and read it, gets a token of every service
 * account in the namespace from Kubernetes, by a Secret of type `kubernetes.io/service-account-token`.
 */
export function admission({ namespace }: Flux, parts: readonly Part[]): Manifest[] {
  const name = `${namespace}-runners`;
  const user = (part: Part): string => `system:serviceaccount:${namespace}:${runnerName(part.stack)}`;
  const users = parts.map((part) => quoted(user(part))).join(", ");
  return [
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
          resourceRules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["secrets"] },
          ],
        },
        matchConditions: [{ name: "runner", expression: `request.userInfo.username in [${users}]` }],
        validations: [
          {
            expression: "!has(object.type) || object.type == 'Opaque'",
            message: "runners make no Secret of another type than Opaque",
          },
          ...parts.map((part) => ({
            expression: `request.userInfo.username != ${quoted(user(part))} || object.metadata.name.matches(${quoted(ownSecrets(part))})`,
            message: `the runner of ${part.stack} makes Secrets for its own state and plans only`,
          })),
        ],
      },
    },
    {
      apiVersion: API,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name, validationActions: ["Deny"] },
    },
  ];
}

/** Matches the names of the Secrets a runner makes. */
function ownSecrets(part: Part): string {
  const state = stateNames(part);
  return `^(${[...(state === undefined ? [] : [state.secret]), planSecretPattern(part)].join("|")})$`;
}

/** A text of the expression language; names of Kubernetes hold neither quotes nor backslashes. */
function quoted(text: string): string {
  return `'${text}'`;
}
