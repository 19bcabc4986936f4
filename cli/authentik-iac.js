#!/usr/bin/env node
require("tsx/cjs");
// What is loaded late goes by Node's other loader.
void import("tsx/esm").then(() => require("./main.ts").start());
