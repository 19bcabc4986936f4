/** The guard as a program of its own: `node guard.js settings.json`, with PORT and, for https, TLS_FOLDER. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Server as TlsServer } from "node:https";
import { guardServer } from "./server";
import type { ServerOptions } from "./server";
import type { GuardSettings } from "./verdict";

function readSettings(file: string): GuardSettings {
  const settings = JSON.parse(readFileSync(file, "utf8")) as Partial<GuardSettings>;
  const { maxRemovals, pass, kept } = settings;
  if (typeof maxRemovals !== "number" || typeof pass !== "object" || !Array.isArray(kept))
    throw new Error(`${file}: must hold maxRemovals, pass and kept, got something else; render the site again`);
  return { maxRemovals, pass, kept };
}

function readTls(folder: string): NonNullable<ServerOptions["tls"]> {
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  return { cert: read("tls.crt"), key: read("tls.key") };
}

const HOUR_MS = 3_600_000;

/** Certificates are renewed while the guard runs. */
function renewTls(server: TlsServer, folder: string): void {
  setInterval(() => {
    server.setSecureContext(readTls(folder));
  }, HOUR_MS).unref();
}

function main(): void {
  const [file = "settings.json"] = process.argv.slice(2);
  const { PORT = "8080", TLS_FOLDER: folder } = process.env;
  const tls = folder === undefined ? {} : { tls: readTls(folder) };
  const server = guardServer({ settings: readSettings(file), ...tls });
  if (folder !== undefined && "setSecureContext" in server) renewTls(server, folder);
  server.listen(Number(PORT), () => {
    const address = server.address();
    console.log(`guard: listening on ${typeof address === "object" && address !== null ? address.port : PORT}`);
  });
  process.on("SIGTERM", () => server.close());
}

main();
