import type { TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { StageAuthenticatorEmail } from "../.gen/providers/authentik/stage-authenticator-email";
import { StageAuthenticatorStatic } from "../.gen/providers/authentik/stage-authenticator-static";
import { StageAuthenticatorTotp } from "../.gen/providers/authentik/stage-authenticator-totp";
import { StageAuthenticatorWebauthn } from "../.gen/providers/authentik/stage-authenticator-webauthn";
import { Flow } from "./flow";

/** A second factor that people set up themselves; `webauthn` is a passkey as well. */
export type SetUpFactor = "email" | "static" | "totp" | "webauthn";

export interface FactorSetUpProps {
  /** What is set up. */
  readonly factor: SetUpFactor;
  /** What people call it, and the heading they read.  @default - such as "Passkey" */
  readonly title?: string;
}

type SetUpStage =
  StageAuthenticatorEmail | StageAuthenticatorStatic | StageAuthenticatorTotp | StageAuthenticatorWebauthn;

/**
 * Where people set a factor up: in their settings, and as a step of other flows. The stage has a flow of its own, which
 * settings lead to, and which is for people who are signed in.
 *
 * Passkeys are discoverable and verify the person, so that they sign in by themselves. Codes by e-mail need a mail server.
 * @see https://docs.goauthentik.io/add-secure-apps/flows-stages/stages/
 */
export class FactorSetUp extends Construct {
  /** The stage itself, for what this construct has no prop for. */
  readonly resource: SetUpStage;
  /** Uuid of the stage, for steps of other flows and for what people without a factor are offered. */
  readonly stageId: string;
  /** What to wait for before anybody is sent to set the factor up. */
  readonly complete: readonly TerraformResource[];

  constructor(scope: Construct, id: string, props: FactorSetUpProps) {
    super(scope, id);
    const { factor, title = TITLES[factor] } = props;
    const name = `iac-set-up-${factor}`;
    this.resource = this.stage(factor, name, title);
    this.node.defaultChild = this.resource;
    this.stageId = this.resource.id;
    const flow = new Flow(this, "flow", {
      name,
      slug: name,
      title,
      designation: "stage_configuration",
      authentication: "require_authenticated",
      steps: [{ id: "set-up", order: 10, stage: this.stageId }],
    });
    this.complete = flow.complete;
    // Without it, settings do not offer the stage.
    this.resource.configureFlow = flow.flowId;
  }

  private stage(factor: SetUpFactor, name: string, friendlyName: string): SetUpStage {
    const common = { name, friendlyName, lifecycle: { createBeforeDestroy: true } };
    switch (factor) {
      case "email":
        return new StageAuthenticatorEmail(this, "Resource", {
          ...common,
          useGlobalSettings: true,
          subject: "Your code to sign in",
          // The provider's own default tells people to reset their password.
          template: "email/email_otp.html",
          tokenExpiry: "minutes=10",
        });
      case "static":
        return new StageAuthenticatorStatic(this, "Resource", { ...common, tokenCount: 6, tokenLength: 12 });
      case "totp":
        return new StageAuthenticatorTotp(this, "Resource", { ...common, digits: "6" });
      case "webauthn":
        return new StageAuthenticatorWebauthn(this, "Resource", {
          ...common,
          residentKeyRequirement: "required",
          userVerification: "required",
          preventDuplicateDevices: true,
        });
    }
  }
}

const TITLES: Readonly<Record<SetUpFactor, string>> = {
  email: "Codes by e-mail",
  static: "Recovery codes",
  totp: "Authenticator app",
  webauthn: "Passkey",
};
