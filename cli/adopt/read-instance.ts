import { Instance } from "./instance";
import type { Live } from "./instance";

/** A collection that the token's account may not read. */
export interface Unread {
  /** The path of its list, such as `core/groups`. */
  readonly path: string;
  /** What is in it, in words. */
  readonly noun: string;
  /** The permission it takes, as authentik calls it, or what else it takes. */
  readonly needs: string;
}

/** An instance as its API gave it. */
export class ReadInstance extends Instance {
  constructor(
    url: string,
    settings: Readonly<Record<string, unknown>>,
    collections: ReadonlyMap<string, readonly Live[]>,
    /** The version the server says it is. */
    readonly version: string,
    /** What could not be read: nothing that depends on it can be adopted. */
    readonly unread: readonly Unread[],
  ) {
    super(url, settings, collections);
  }
}
