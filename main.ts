import { ConfigError } from "./config/problems";
import { RefusedError } from "./constructs/refusal";
import { loadAndWrite } from "./delivery/workspace";

try {
  for (const { file } of loadAndWrite().stacks) console.log(file);
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof RefusedError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
