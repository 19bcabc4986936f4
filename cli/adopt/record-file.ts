import { closeSync, openSync, writeSync } from "node:fs";

/** A JSON file of an object of records, written as they come: `{ "users": { … } }`; others stand before it as a whole. */
export class RecordFile {
  private readonly file: number;
  private isEmpty = true;

  constructor(path: string, name: string, before: Readonly<Record<string, unknown>> = {}) {
    this.file = openSync(path, "w");
    const whole = Object.entries(before).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
    this.write(`{\n${whole.join("")}  ${JSON.stringify(name)}: {`);
  }

  /** Adds a record; its value is JSON, indented as it stands there. */
  add(key: string, value: string): void {
    this.write(`${this.isEmpty ? "" : ","}\n    ${JSON.stringify(key)}: ${value}`);
    this.isEmpty = false;
  }

  end(): void {
    this.write(this.isEmpty ? "}\n}\n" : "\n  }\n}\n");
    closeSync(this.file);
  }

  private write(text: string): void {
    writeSync(this.file, text);
  }
}
