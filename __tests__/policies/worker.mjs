// The child process of PythonRunner: a run's JSON comes in as a message, its answer goes out as one.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadPyodide } from "pyodide";

const log = (line) => process.stderr.write(`${line}\n`);
const python = await loadPyodide({ stdin: () => undefined, stdout: log, stderr: log });

const home = "/policies";
python.FS.mkdir(home);
for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith(".py"))) {
  python.FS.writeFile(join(home, file), readFileSync(join(import.meta.dirname, file)));
}
python.runPython(`import sys; sys.path.insert(0, "${home}")`);
const { run } = python.pyimport("authentik");

process.on("message", (payload) => {
  try {
    process.send(`{"answer":${run(payload)}}`);
  } catch (error) {
    // Anything but a Python exception leaves the interpreter unusable.
    if (!(error instanceof python.ffi.PythonError)) throw error;
    process.send(JSON.stringify({ traceback: error.message }));
  }
});
process.send("ready");
