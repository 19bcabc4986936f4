/** What accounts are made for. */
export const PURPOSES = ["apply", "plan", "netbird", "ldap"] as const;
export type Purpose = (typeof PURPOSES)[number];

export interface CreateOptions {
  readonly for: Purpose;
  /** What the names end in, for a second account.  @default - nothing */
  readonly name?: string;
  /** Key or slug of the app, of which there is one account. */
  readonly app?: string;
  /** Whether it may do everything; only for `apply`.  @default false */
  readonly superuser?: boolean;
  /** Whether an account that is there gets another key.  @default false */
  readonly rotate?: boolean;
}
