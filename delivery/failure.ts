/** What a command stops with: 1 refused or failed, 2 wrong usage, 3 something that is needed is missing or out of reach. */
export type FailureCode = 1 | 2 | 3;

/** A command that stops; the message says what is wrong and what to do, and never holds a secret. */
export class Failure extends Error {
  override name = "Failure";

  constructor(
    message: string,
    readonly exitCode: FailureCode = 1,
  ) {
    super(message);
  }
}
