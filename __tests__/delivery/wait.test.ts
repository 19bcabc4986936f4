import type { Instance, Trouble } from "../../delivery/instance";
import { lookupsOf } from "../../delivery/lookups";
import type { Lookup } from "../../delivery/lookups";
import { missingNow, waitForInstance } from "../../delivery/wait";
import type { WaitOptions } from "../../delivery/wait";

/** What authentik is like until a moment, in seconds. */
interface Phase {
  readonly until: number;
  readonly trouble?: Trouble;
  /** Slugs of the flows there are.  @default - every one */
  readonly flows?: readonly string[];
}

const url = "https://auth.example.org";

const flows = (...slugs: string[]): readonly Lookup[] =>
  lookupsOf([{ data: { authentik_flow: Object.fromEntries(slugs.map((slug) => [slug, { slug }])) } }]).lookups;

/** A wait on a clock that no time passes on, with each line it says and the seconds of each look. */
async function wait(
  phases: readonly Phase[],
  more: Partial<WaitOptions> = {},
): Promise<{ lines: string[]; looks: number[]; asked: string[]; failure?: { message: string; exitCode: number } }> {
  let now = 0;
  const lines: string[] = [];
  const looks: number[] = [];
  const asked: string[] = [];
  const phase = (): Phase => phases.find(({ until }) => now / 1000 < until) ?? { until: Number.POSITIVE_INFINITY };
  const only = (what: Trouble["what"]): Promise<Trouble | undefined> => {
    const { trouble } = phase();
    return Promise.resolve(trouble?.what === what ? trouble : undefined);
  };
  const instance: Instance = {
    url,
    unready: () => {
      looks.push(now / 1000);
      return only("answer");
    },
    refusal: () => only("token"),
    find: (_lookup, value) => {
      asked.push(value);
      const { flows: there } = phase();
      return Promise.resolve(there === undefined || there.includes(value) ? `pk of ${value}` : undefined);
    },
  };
  const options: WaitOptions = {
    instance,
    lookups: flows("a", "b"),
    timeoutMinutes: 15,
    tokenGraceMinutes: 3,
    look: { answer: "look at the server", token: "look at the token", objects: "look at the worker" },
    say: (line) => lines.push(line),
    clock: {
      now: () => now,
      sleep: (milliseconds) => {
        now += milliseconds;
        return Promise.resolve();
      },
    },
    ...more,
  };
  try {
    await waitForInstance(options);
    return { lines, looks, asked };
  } catch (error) {
    const { message, exitCode } = error as { message: string; exitCode: number };
    return { lines, looks, asked, failure: { message, exitCode } };
  }
}

test("from nothing to everything, a line for each change", async () => {
  const { lines, failure } = await wait([
    { until: 10, trouble: { what: "answer", got: "ECONNREFUSED" } },
    { until: 20, trouble: { what: "answer", got: "503" } },
    { until: 40, trouble: { what: "token", got: "403" } },
    { until: 50, flows: [] },
    { until: 60, flows: ["b"] },
  ]);
  expect(failure).toBeUndefined();
  expect(lines).toEqual([
    "waiting for https://auth.example.org to answer: ECONNREFUSED (0 s)",
    "waiting for https://auth.example.org to answer: 503 (10 s)",
    "waiting for the token to be accepted: 403 (21 s)",
    "waiting for 2 objects: flow a, flow b (41 s)",
    "waiting for 1 object: flow a (52 s)",
    "authentik has everything that is looked up in it (1 min 2 s)",
  ]);
});

test("says nothing when everything is there", async () => {
  expect(await wait([])).toEqual({ lines: [], looks: [0], asked: ["a", "b"] });
});

test("looks at once, then less and less often, at most five seconds apart", async () => {
  const { looks } = await wait([{ until: 30, trouble: { what: "answer", got: "503" } }]);
  const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
  expect(pauses[0]).toBe(0.5);
  expect(Math.max(...pauses)).toBe(5);
  expect(pauses).toEqual([...pauses].sort((one, other) => one - other));
  expect(looks.length).toBeLessThan(14);
});

test("does not look again for what was found", async () => {
  const { asked } = await wait([{ until: 1, flows: ["b"] }]);
  expect(asked).toEqual(["a", "b", "a", "a"]);
});

test("what is made of another object waits for that, and is not looked for", async () => {
  const { lookups } = lookupsOf([
    {
      data: {
        authentik_user: { account: { username: 'of-${replace(data.authentik_flow.a.id, " ", "")}' } },
        authentik_flow: { a: { slug: "a" } },
      },
    },
  ]);
  const { asked, lines } = await wait([{ until: 1, flows: [] }], { lookups });
  expect(lines[0]).toBe("waiting for 2 objects: account of-…, flow a (0 s)");
  expect(asked).toEqual(["a", "a", "a", "of-pkofa"]);
});

test("names four of many objects", async () => {
  const { lines } = await wait([{ until: 1, flows: [] }], { lookups: flows("a", "b", "c", "d", "e", "f") });
  expect(lines[0]).toBe("waiting for 6 objects: flow a, flow b, flow c, flow d, and 2 more (0 s)");
});

test("says once a minute that it still waits", async () => {
  const { lines } = await wait([{ until: 130, flows: ["a"] }]);
  expect(lines).toEqual([
    "waiting for 1 object: flow b (0 s)",
    "waiting for 1 object: flow b (1 min 0 s)",
    "waiting for 1 object: flow b (2 min 0 s)",
    "authentik has everything that is looked up in it (2 min 10 s)",
  ]);
});

describe("gives up", () => {
  const forever = Number.POSITIVE_INFINITY;

  test.each([
    [
      { until: forever, trouble: { what: "answer", got: "ENOTFOUND" } },
      "authentik: https://auth.example.org must answer, got ENOTFOUND after 2 min 0 s; look at the server",
      3,
    ],
    [
      { until: forever, flows: ["b"] },
      "authentik: https://auth.example.org must have everything that is looked up in it, got no flow a, no flow c after 2 min 0 s; look at the worker",
      3,
    ],
  ] satisfies [Phase, string, number][])("on %j", async (phase, message, exitCode) => {
    const { failure, looks } = await wait([phase], { timeoutMinutes: 2, lookups: flows("a", "b", "c") });
    expect(failure).toEqual({ message, exitCode });
    expect(looks.at(-1)).toBe(120);
  });

  test("on a token that stays refused, long before the deadline", async () => {
    const { failure, looks } = await wait([{ until: forever, trouble: { what: "token", got: "403" } }]);
    expect(failure).toEqual({
      message: "authentik: https://auth.example.org must accept the token, got 403 after 3 min 0 s; look at the token",
      exitCode: 1,
    });
    expect(looks.at(-1)).toBeLessThan(190);
  });

  test("at once on a refused token of an authentik that has been running", async () => {
    const { failure, lines, looks } = await wait([{ until: forever, trouble: { what: "token", got: "403" } }], {
      tokenGraceMinutes: 0,
    });
    expect(failure?.exitCode).toBe(1);
    expect(looks).toEqual([0]);
    expect(lines).toHaveLength(1);
  });

  test("but not on a token that is refused again after a restart", async () => {
    const { failure } = await wait([
      { until: 100, trouble: { what: "token", got: "403" } },
      { until: 110, trouble: { what: "answer", got: "503" } },
      { until: 220, trouble: { what: "token", got: "403" } },
    ]);
    expect(failure).toBeUndefined();
  });
});

test("a look without a wait", async () => {
  const instance: Instance = {
    url,
    unready: () => Promise.resolve(undefined),
    refusal: () => Promise.resolve(undefined),
    find: () => Promise.resolve({ what: "token", got: "403 for flows" }),
  };
  expect(await missingNow(instance, flows("a"))).toEqual({
    what: "token",
    text: "the token to be accepted: 403 for flows",
    got: "403 for flows",
  });
});
