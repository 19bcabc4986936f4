/** Something of an instance that a site does not say. */
export interface Listed {
  /** What it is, such as `flow my-login`. */
  readonly what: string;
  /** What it would have to be: `<field> must <rule>, got <value>`. */
  readonly why: string;
}
