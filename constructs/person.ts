import { Construct } from "constructs";
import { User } from "../.gen/providers/authentik/user";
import { leaveUnset } from "./lifecycle";

export interface PersonProps {
  /** What the person signs in with. */
  readonly username: string;
  /** Full name. */
  readonly name: string;
  /** E-mail address. */
  readonly email: string;
  /** Uuids of all groups the person is in; an empty list takes the person out of every group. */
  readonly groups: readonly string[];
  /** Whether the person may sign in.  @default true */
  readonly active?: boolean;
  /** Type of the account.  @default "internal" */
  readonly type?: "internal" | "external";
  /**
   * Attributes of the person. Given, they are all there is: an avatar or locale the person chose is removed.
   * @default - not managed, so that what people set themselves stays
   */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** A person's account. It is made without a password: the person sets one by recovery, or signs in with a passkey. */
export class Person extends Construct {
  /** The resource itself, for what this construct has no prop for. */
  readonly resource: User;
  /** The account's pk; known after apply. */
  readonly userId: string;

  constructor(scope: Construct, id: string, props: PersonProps) {
    super(scope, id);
    this.resource = new User(this, "Resource", {
      username: props.username,
      name: props.name,
      email: props.email,
      groups: [...props.groups],
      isActive: props.active ?? true,
      type: props.type ?? "internal",
      attributes: props.attributes === undefined ? undefined : JSON.stringify(props.attributes),
      lifecycle: leaveUnset({ attributes: props.attributes }),
    });
    this.node.defaultChild = this.resource;
    this.userId = this.resource.id;
  }
}
