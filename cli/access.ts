import type { Command } from "commander";
import { addAccessTo } from "../access/program";
import { interrupted } from "../delivery/interrupt";

export function addAccess(program: Command): void {
  const access = program.command("access").summary("say who can open what, and what a change does to that");
  addAccessTo(access, async () => {
    const { actions } = await import("../access/main.js");
    return actions(async () => {
      const { makeBindings } = await import("./synthesized.js");
      await makeBindings(interrupted);
      return (await import("../access/working-folder.js")).workingWorld();
    });
  });
}
