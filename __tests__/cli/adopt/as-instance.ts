import { COLLECTIONS } from "../../../cli/adopt/collections";
import { Instance } from "../../../cli/adopt/instance";
import type { Live } from "../../../cli/adopt/instance";
import { applyStacks } from "../../server/apply";
import { startAuthentik } from "../../server/authentik";
import type { AuthentikServer } from "../../server/authentik";
import type { Values } from "../../server/store";
import type { Synthesized } from "../../synth";

/** Objects by the path of their list. */
type Lists = ReadonlyMap<string, Values[]>;

/** Everything that is on an instance, as its API gives it, for tests to change before it is read. */
export class Objects {
  constructor(
    private readonly lists: Lists,
    readonly settings: Values,
  ) {}

  all(path: string): Values[] {
    return this.lists.get(path) ?? [];
  }

  find(path: string, by: string, value: unknown): Values {
    const found = this.all(path).find((object) => object[by] === value);
    if (found === undefined) throw new Error(`there is no ${path} whose ${by} is ${String(value)}`);
    return found;
  }

  /** Another one of the same, to change. */
  copy(): Objects {
    const { lists, settings } = structuredClone({ lists: this.lists, settings: this.settings });
    return new Objects(lists, settings);
  }

  /** What is read of it from an address. */
  at(url: string): Instance {
    return new Instance(url, this.settings, new Map([...this.lists].map(([path, all]) => [path, all as Live[]])));
  }
}

/** A fresh instance to which stacks were applied, as far as there are any, and to which objects were added by hand. */
export async function applied(
  stacks: Readonly<Record<string, Synthesized>> = {},
  added: readonly (readonly [path: string, values: Values])[] = [],
): Promise<Objects> {
  const server = await startAuthentik({ withDefaults: true });
  try {
    const inOrder = ["authentik-platform", "authentik", "authentik-users"].flatMap((name) => stacks[name] ?? []);
    applyStacks(server, inOrder as never);
    for (const [path, values] of added) server.add(path, values);
    return new Objects(listsOf(server), server.state().settings);
  } finally {
    await server.stop();
  }
}

/** Lists in which what several show is one object. */
function listsOf(server: AuthentikServer): Lists {
  const paths = COLLECTIONS.map(({ path }) => path);
  const own = paths
    .filter((path) => !path.endsWith("/all"))
    .map((path): [string, Values[]] => [path, server.objects(path)]);
  const known = new Map(own.flatMap(([, objects]) => objects).map((one) => [one["pk"], one]));
  const families = paths
    .filter((path) => path.endsWith("/all"))
    .map((path): [string, Values[]] => [path, server.objects(path).map((one) => known.get(one["pk"]) ?? one)]);
  return new Map([...own, ...families]);
}
