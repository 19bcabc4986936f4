import { ConfigError } from "../../config/problems";
import { read } from "../synth";

/** The message of the error a site is refused with. */
export function errorOf(site: unknown, folder: string): string {
  try {
    read(site, folder);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("the site was accepted");
}

/** The problems a site is refused for, one a line. */
export function lines(site: unknown, folder: string): string[] {
  return errorOf(site, folder)
    .split("\n")
    .slice(1)
    .filter((line) => line.startsWith("  "))
    .map((line) => line.trim());
}
