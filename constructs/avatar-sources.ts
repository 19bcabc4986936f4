import type { Refusal } from "./refusal";

/** Where pictures come from that people upload, which a policy keeps in their attributes. */
export const UPLOADED = "attributes.avatar";
/** Where avatars come from where people may upload one; for `SystemSettings`. */
export const AVATARS_WITH_UPLOADS: readonly string[] = [UPLOADED, "gravatar", "initials"];

/** Everybody has one of these, so that nothing after it is looked at. */
const LAST = ["initials", "none"];
const SOURCE = /^(gravatar|initials|none|attributes\.[^\s,]+|https?:\/\/[^\s,]+)$/;

/** Refuses sources of avatars that authentik does not know or never comes to. */
export function checkAvatars(avatars: readonly (string | undefined)[]): Refusal[] {
  const refusal = (place: number, text: string): Refusal => ({ code: "AK057", field: `avatars[${place}]`, text });
  if (avatars.length === 0)
    return [{ code: "AK057", field: "avatars", text: 'must name at least one source, got []; say "none" for none' }];
  const last = avatars.findIndex((source) => source !== undefined && LAST.includes(source));
  return avatars.flatMap((source, place) => {
    if (source === undefined) return [];
    if (!SOURCE.test(source)) {
      const rule = "must be gravatar, initials, none, attributes.<path> or an http or https URL without commas";
      return [refusal(place, `${rule}, got "${source}"; authentik passes over what it does not know`)];
    }
    if (last === -1 || place <= last) return [];
    const why = "everybody has one of those: move it before, or remove it";
    return [refusal(place, `must come before "${String(avatars[last])}", got "${source}" after it; ${why}`)];
  });
}

/** Refuses sources of avatars among which uploaded pictures would not come first, where people may upload one. */
export function checkUploadsShown(avatars: readonly (string | undefined)[] | undefined, uploads: boolean): Refusal[] {
  if (!uploads || avatars === undefined || avatars.length === 0) return [];
  const [first] = avatars;
  if (first === undefined || first === UPLOADED) return [];
  const remedy = "pictures that people upload would be kept and not shown: put it first, or let them upload none";
  return [{ code: "AK057", field: "avatars", text: `must begin with "${UPLOADED}", got "${first}"; ${remedy}` }];
}
