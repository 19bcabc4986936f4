import { Construct } from "constructs";
import type { TerraformResource } from "cdktf";
import { ExpressionPolicy } from "./expression-policy";
import { Flow } from "./flow";
import { sessionStage } from "./session-stage";
import type { SessionStageProps } from "./session-stage";

export interface SourceLoginProps extends Omit<SessionStageProps, "name" | "terminateOtherSessions"> {
  /** Heading people read, should there be something to read.  @default "Sign in" */
  readonly title?: string;
}

/**
 * What people go through who sign in by a source, such as a social login: the session, which lasts as long as this says.
 * authentik's own flow for it leaves sessions as short as anonymous ones. One for all sources.
 * @see https://docs.goauthentik.io/users-sources/sources/
 */
export class SourceLogin extends Construct {
  /** The flow. */
  readonly flow: Flow;
  /** Uuid of the flow; known after apply. */
  readonly flowId: string;
  /** What to wait for before anybody is sent to the flow. */
  readonly complete: readonly TerraformResource[];

  constructor(scope: Construct, id: string, props: SourceLoginProps = {}) {
    super(scope, id);
    const name = "iac-source-login";
    const file = `${__dirname}/../policies/only_sso.py`;
    const onlySso = new ExpressionPolicy(this, "only-sso", { name: `${name}-only-sso`, file });
    this.flow = new Flow(this, "flow", {
      name,
      slug: name,
      title: props.title ?? "Sign in",
      designation: "authentication",
      // Signed in already, a person links the source instead.
      authentication: "require_unauthenticated",
      steps: [
        {
          id: "session",
          order: 100,
          stage: sessionStage(this, "session", { ...props, name: `${name}-session` }).id,
          policies: [{ policy: onlySso.policyId }],
        },
      ],
    });
    this.node.defaultChild = this.flow.resource;
    this.flowId = this.flow.flowId;
    this.complete = this.flow.complete;
  }
}
