/** How much of one text is shown, in characters. */
export const TEXT_LENGTH = 200;

const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]|(?! )\p{Zs}|\u2800/u;

/** A text on one line, cut where it is very long, with what cannot be seen written as `\u{…}`. */
export function visible(text: string, length = TEXT_LENGTH): string {
  const characters = Array.from(text);
  const shown = characters.length > length ? [...characters.slice(0, length), "…"] : characters;
  return shown.map((one) => (INVISIBLE.test(one) ? `\\u{${one.codePointAt(0)?.toString(16) ?? ""}}` : one)).join("");
}
