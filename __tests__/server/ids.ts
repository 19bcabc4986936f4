import { createHash } from "node:crypto";

/** A UUID that is the same on every run for the same seed. */
export function uuid(seed: string): string {
  const hex = createHash("sha256").update(seed).digest("hex");
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** A secret as authentik generates them, of a length, the same on every run for the same seed. */
export function secret(seed: string, length: number): string {
  let text = "";
  for (let block = 0; text.length < length; block++) {
    const bytes = createHash("sha512").update(`${seed}/${block}`).digest("base64");
    text += bytes.replaceAll(/[^A-Za-z0-9]/g, "");
  }
  return text.slice(0, length);
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
