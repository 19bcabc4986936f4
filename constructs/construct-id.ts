import { createHash } from "node:crypto";

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * A construct id for any name: the name itself where it is a slug, else its slug and eight hex digits of its SHA-256,
 * so that `jane.doe` and `jane-doe` stay two people.
 */
export function constructId(name: string): string {
  if (SLUG.test(name)) return name;
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return slug === "" ? hash : `${slug}-${hash}`;
}
