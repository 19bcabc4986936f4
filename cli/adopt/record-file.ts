import { closeSync, openSync, writeSync } from "node:fs";

/** A JSON file of one object of records, written as they come: `{ "users": { … } }`. */
export class RecordFile {
  private readonly file: number;
  private isEmpty = true;

  constructor(path: string, name: string) {
    this.file = openSync(path, "w");
    this.write(`{\n  ${JSON.stringify(name)}: {`);
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
