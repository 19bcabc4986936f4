import { join } from "node:path";
import { readExpression } from "../../constructs/expression";
import type { Constants } from "../../constructs/expression";
import { ROOT } from "../synth";
import { pythonUser } from "./harness";
import type { PolicyOutcome, PolicyUser } from "./harness";
import { policyRunner } from "./policy-runner";
import type { Run } from "./policy-runner";

const policies = policyRunner();

function run(options: Run, constants: Constants = {}): Promise<PolicyOutcome> {
  return policies.run("avatar.py", { flow: true, ...options }, constants);
}

const HEADS = {
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  jpeg: [0xff, 0xd8, 0xff, 0xe0],
  gif: [...Buffer.from("GIF89a")],
  webp: [...Buffer.from("RIFF\u0001\u0002\u0003\u0004WEBP")],
};
type Kind = keyof typeof HEADS;

/** The bytes of a picture, as far as anybody looks at them. */
function bytes(kind: Kind, size = 64): Buffer {
  return Buffer.concat([Buffer.from(HEADS[kind])], size);
}

function uri(header: string, data: Buffer | string): string {
  return `data:${header};base64,${Buffer.from(data).toString("base64")}`;
}

const PNG = uri("image/png", bytes("png"));
const OLD = uri("image/gif", bytes("gif"));
const jane: PolicyUser = { username: "jane", attributes: { avatar: OLD, shoe: 38 } };

/** What the form says, and the attributes that were stored, if any. */
async function send(answers: Record<string, unknown>, options: Run = {}, constants: Constants = {}): Promise<unknown> {
  const { passing, messages, saved } = await run(
    { user: jane, context: { prompt_data: answers }, ...options },
    constants,
  );
  return { passing, messages, stored: saved.map(({ attributes }) => attributes) };
}

const unchanged = { passing: true, messages: [], stored: [] };
const refused = (...messages: string[]): unknown => ({ passing: false, messages, stored: [] });
const stored = (...attributes: unknown[]): unknown => ({ passing: true, messages: [], stored: attributes });
const TYPE = "A picture has to be a file of type PNG, JPEG, GIF or WEBP.";
const SIZE = "A picture may have at most 512 KiB. Choose a smaller one.";

describe("what the form says and what comes of it", () => {
  test("reset: the picture goes, and with it alone", async () => {
    expect(await send({ avatar_reset: true })).toEqual(stored({ shoe: 38 }));
  });

  test("reset without a picture", async () => {
    const user = { username: "new" };
    expect(await send({ avatar_reset: true }, { user })).toEqual(stored({}));
  });

  test.each([{}, { avatar_reset: false }, { avatar_upload: "" }, { avatar_upload: null }])(
    "no file, %j: the picture stays",
    async (answers) => {
      expect(await send({ username: "jane", ...answers })).toEqual(unchanged);
    },
  );

  test.each(Object.keys(HEADS) as Kind[])("a file of type %s takes the place of the picture", async (kind) => {
    const upload = uri(`image/${kind}`, bytes(kind));
    expect(await send({ avatar_upload: upload })).toEqual(stored({ avatar: upload, shoe: 38 }));
  });

  test("GIF of 1987", async () => {
    const upload = uri("image/gif", "GIF87a and so on");
    expect(await send({ avatar_upload: upload })).toEqual(stored({ avatar: upload, shoe: 38 }));
  });

  test("a file of another type", async () => {
    expect(await send({ avatar_upload: uri("image/bmp", "BM and so on") })).toEqual(refused(TYPE));
  });

  test("reset and a file: the picture goes, whatever the file is", async () => {
    expect(await send({ avatar_reset: true, avatar_upload: PNG })).toEqual(stored({ shoe: 38 }));
    expect(await send({ avatar_reset: true, avatar_upload: "data:text/html,x" })).toEqual(stored({ shoe: 38 }));
  });
});

describe("what somebody may send who means no good", () => {
  const SCRIPT = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
  const PAGE = "<!doctype html><script>alert(1)</script>";

  test.each<[string, unknown]>([
    ["SVG with a script", uri("image/svg+xml", SCRIPT)],
    ["SVG that is not encoded", `data:image/svg+xml,${encodeURIComponent(SCRIPT)}`],
    ["SVG said to be PNG", uri("image/png", SCRIPT)],
    ["a page", uri("text/html", PAGE)],
    ["a page said to be PNG", uri("image/png", PAGE)],
    ["a page that begins like RIFF", uri("image/webp", `RIFF0000${PAGE}`)],
    ["JPEG said to be PNG", uri("image/png", bytes("jpeg"))],
    ["PNG said to be WebP", uri("image/webp", bytes("png"))],
    ["a picture of no type", uri("", bytes("png"))],
    ["percent-encoded base64", `data:image/png;base64,${encodeURIComponent(PNG.slice(22))}`],
    ["a percent-encoded picture", "data:image/png,%89PNG%0D%0A%1A%0A"],
    ["no base64 marker", `data:image/png,${PNG.slice(22)}`],
    ["another encoding", `data:image/png;base32,${PNG.slice(22)}`],
    ["a parameter", uri("image/png;charset=utf-8", bytes("png"))],
    ["a parameter that would break out of a tag", uri('image/png;x="><script>', bytes("png"))],
    ["two types", uri("image/png,image/png", bytes("png"))],
    ["white space before", ` ${PNG}`],
    ["white space in the type", PNG.replace("image/", "image/ ")],
    ["white space in the data", PNG.replace("base64,", "base64, ")],
    ["a line end after the data", `${PNG}\n`],
    ["signs outside base64", PNG.replace("base64,", "base64,<>")],
    ["letters outside ASCII", PNG.replace("base64,", "base64,é")],
    ["an alphabet for URLs", uri("image/jpeg", bytes("jpeg")).replaceAll("/", "_").replaceAll("image_", "image/")],
    ["base64 cut off", uri("image/png", bytes("png", 65)).slice(0, -1)],
    ["no data", "data:image/png;base64,"],
    ["no comma", "data:image/png;base64"],
    ["a link", "https://attacker.example.org/tracker.png"],
    ["a script", "javascript:alert(1)"],
    ["no text but a list", [PNG]],
    ["no text but a number", 7],
    ["no text but zero", 0],
    ["no text but false", false],
    ["no text but an object", { avatar: PNG }],
  ])("%s is refused", async (_, upload) => {
    expect(await send({ avatar_upload: upload })).toEqual(refused(TYPE));
  });

  test("upper case in the type is taken, and written in lower case", async () => {
    const upload = PNG.replace("data:image/png;base64", "DATA:Image/PNG;Base64");
    expect(await send({ avatar_upload: upload })).toEqual(stored({ avatar: PNG, shoe: 38 }));
  });

  test("a spelling of base64 that no encoder writes is written anew", async () => {
    const [exact, loose] = [
      uri("image/png", bytes("png", 10)),
      uri("image/png", bytes("png", 10)).replace("A==", "B=="),
    ];
    expect(loose).not.toBe(exact);
    expect(await send({ avatar_upload: loose })).toEqual(stored({ avatar: exact, shoe: 38 }));
  });

  test.each([512 * 1024, 512 * 1024 - 1])("a picture of %d bytes is small enough", async (size) => {
    const upload = uri("image/png", bytes("png", size));
    expect(await send({ avatar_upload: upload })).toEqual(stored({ avatar: upload, shoe: 38 }));
  });

  test.each([512 * 1024 + 1, 512 * 1024 + 2, 512 * 1024 + 3, 2 * 1024 * 1024])(
    "a picture of %d bytes is too large",
    async (size) => {
      expect(await send({ avatar_upload: uri("image/png", bytes("png", size)) })).toEqual(refused(SIZE));
    },
  );

  test.each(["true", 1, "on", [true]])("a reset that no checkbox sends, %j, is none", async (avatar_reset) => {
    expect(await send({ avatar_reset })).toEqual(unchanged);
  });

  test.each(["attributes.avatar", "attributes_avatar", "avatar"])("the key %s writes nothing here", async (key) => {
    expect(await send({ [key]: uri("image/svg+xml", SCRIPT) })).toEqual(unchanged);
  });

  test("nobody who has an account, whether signed in or about to be made", async () => {
    for (const user of [null, pythonUser("jane", { pk: null })]) {
      const context = { prompt_data: { avatar_upload: PNG } };
      const source = `${readExpression(join(ROOT, "policies", "avatar.py")).replace("return evaluate(request)", "")}
request.user = context.get("someone", request.user)
return evaluate(request)`;
      const someone = user === null ? {} : { someone: user };
      expect(
        await policies.runSource(source, { user: null, users: [jane], context: { ...context, ...someone } }),
      ).toMatchObject({ passing: false, messages: [], saved: [] });
    }
  });

  test("an administrator's own picture is their own", async () => {
    const context = { prompt_data: { avatar_upload: PNG } };
    const { saved } = await run({ users: [jane], context });
    expect(saved.map(({ username, attributes }) => [username, attributes])).toEqual([["akadmin", { avatar: PNG }]]);
  });

  test.each([{}, { prompt_data: null }])("the context %j, as in a test from the API", async (context) => {
    expect(await run({ user: jane, context })).toMatchObject({ passing: true, messages: [], saved: [] });
  });
});

test("takes its answers out of the form, which ends up in the session and the event log", async () => {
  const context = { prompt_data: { name: "Jane", avatar_reset: false, avatar_upload: PNG } };
  const after = await run({ user: jane, context, flow: false });
  expect(after.context).toEqual({ prompt_data: { name: "Jane" } });
});

test("the types and the size are those it is given", async () => {
  const given = { TYPES: ["image/png"], MAX_BYTES: 16 * 1024 };
  expect(await send({ avatar_upload: PNG }, {}, given)).toEqual(stored({ avatar: PNG, shoe: 38 }));
  expect(await send({ avatar_upload: OLD }, {}, given)).toEqual(refused("A picture has to be a file of type PNG."));
  expect(await send({ avatar_upload: uri("image/png", bytes("png", 16 * 1024 + 1)) }, {}, given)).toEqual(
    refused("A picture may have at most 16 KiB. Choose a smaller one."),
  );
});

test("a type it cannot tell by its bytes is refused, were it allowed", async () => {
  const TYPES = ["image/png", "image/svg+xml"];
  expect(await send({ avatar_upload: uri("image/svg+xml", "<svg/>") }, {}, { TYPES })).toEqual(
    refused("A picture has to be a file of type PNG or SVG+XML."),
  );
});

describe("beside a policy that refuses the form", () => {
  const given = { AUTHORIZATION: "authorization" };
  const refusing = { policies: { authorization: "return False" } };
  const passing = { policies: { authorization: "return True" } };

  test("nothing is stored, and the other policy has the word", async () => {
    expect(await send({ avatar_upload: PNG }, refusing, given)).toEqual(unchanged);
    expect(await send({ avatar_reset: true }, refusing, given)).toEqual(unchanged);
    expect(await send({ avatar_upload: "x" }, refusing, given)).toEqual(refused(TYPE));
  });

  test("what it passes is stored", async () => {
    expect(await send({ avatar_upload: PNG }, passing, given)).toEqual(stored({ avatar: PNG, shoe: 38 }));
    expect(await send({ avatar_reset: true }, passing, given)).toEqual(stored({ shoe: 38 }));
  });

  test("the real one, asked about an address that may not be changed", async () => {
    const authorization = readExpression(join(ROOT, "policies", "user_settings_authorization.py"));
    const user = { ...jane, name: "Jane", email: "jane@example.org" };
    const form = { username: "jane", name: "Jane", email: "jane@example.org", avatar_upload: PNG };
    const options = { user, policies: { authorization } };
    expect(await send(form, options, given)).toEqual(stored({ avatar: PNG, shoe: 38 }));
    expect(await send({ ...form, email: "root@example.org" }, options, given)).toEqual(unchanged);
  });

  test("one that is not there or breaks lets nothing be stored", async () => {
    expect(await send({ avatar_upload: PNG }, { policies: { authorization: "return 1 / 0" } }, given)).toEqual(
      unchanged,
    );
    expect(await send({ avatar_upload: PNG }, {}, given)).toEqual(refused("Policy 'authorization' not found."));
  });
});
