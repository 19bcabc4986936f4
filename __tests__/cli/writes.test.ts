import { ApiError } from "../../api/api-error";
import { SecretInVault } from "../../cli/secret-in-vault";
import { Making } from "../../cli/token/making";
import { holdsInexactNumber, sendOnce } from "../../cli/writes";
import { Interrupted } from "../../delivery/interrupt";
import { Progress } from "../../delivery/progress";
import type { Vault } from "../../delivery/vault";

const failing = (error: Error) => (): Promise<never> => Promise.reject(error);

test("Ctrl-C in the middle of a write says that nobody knows, and sends nothing more", async () => {
  const look = jest.fn();
  const ended = sendOnce("it was made", failing(new Interrupted("SIGINT")), look);
  await expect(ended).rejects.toMatchObject({
    exitCode: 130,
    message: "stopped by SIGINT; nobody knows whether it was made: look before you run it again",
  });
  await expect(ended).rejects.toBeInstanceOf(Interrupted);
  expect(look).not.toHaveBeenCalled();
});

test.each([
  ["got no answer in time", undefined, "it is not there yet, and may still come: look before you run it again"],
  ["got 504", 504, "it is not there yet, and may still come: look before you run it again"],
  ["got UND_ERR_SOCKET", undefined, "it was not done: run it again"],
  ["got 500", 500, "it was not done: run it again"],
])("a write that %s and cannot be found", async (got, status, means) => {
  const error = new ApiError(status === undefined ? "unreachable" : "server", got, status);
  const ended = sendOnce("it was made", failing(error), () => Promise.resolve(undefined));
  await expect(ended).rejects.toThrow(`${got}\n${means}`);
});

test("a write that was refused is not looked for", async () => {
  const look = jest.fn();
  for (const status of [400, 403, 404, 409, 429, 503]) {
    const error = new ApiError(status === 503 ? "server" : "refused", "no", status);
    await expect(sendOnce("it was made", failing(error), look)).rejects.toBe(error);
  }
  expect(look).not.toHaveBeenCalled();
});

test("Ctrl-C in the middle of making an account says how far that came", async () => {
  const making = new Making(new Progress(), ["the role", "the account"]);
  await making.part("the role", () => Promise.resolve());
  await expect(making.part("the account", failing(new Interrupted("SIGINT")))).rejects.toMatchObject({
    exitCode: 130,
    message: [
      "stopped by SIGINT; the account: nobody knows",
      "there: the role",
      "not there: the account",
      "Nobody has seen a key. The same command goes on from here.",
    ].join("\n"),
  });
});

test("Ctrl-C in the middle of a rotation says where to look", async () => {
  const vault = {
    read: () => Promise.resolve({ version: 3, data: { client_secret: "old" } }),
    write: failing(new Interrupted("SIGTERM")),
  } as unknown as Vault;
  const secret = new SecretInVault(vault, { mount: "secret", path: "apps/x", key: "client_secret" });
  await expect(secret.replace(() => undefined)).rejects.toMatchObject({
    exitCode: 143,
    message:
      "stopped by SIGTERM; vault: whether secret/apps/x has a new client_secret is not known, it was version 3; look at vault kv metadata get -mount=secret apps/x",
  });
});

test.each([
  [1, false],
  [0.5, false],
  [-(2 ** 53), true],
  [2 ** 60, true],
  [{ a: [null, "12345678901234567890", { b: 1e300 }] }, true],
  [{ a: [null, "12345678901234567890", true] }, false],
])("%j: whether it is another number when it is written again", (value, is) => {
  expect(holdsInexactNumber(value)).toBe(is);
});
