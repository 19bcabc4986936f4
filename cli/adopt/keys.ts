/** As long as a key that becomes a file's name may be. */
const LONGEST = 80;

/** Keys of a section of a site, made from names of authentik, each its own. */
export class Keys {
  private readonly taken = new Set<string>();

  /** A key for a name: the preferred one if it is one and is free. */
  of(name: string, preferred = ""): string {
    const wanted = isKey(preferred) && preferred.length <= LONGEST ? preferred : slugOf(name);
    let key = wanted;
    for (let count = 2; this.taken.has(key); count++) key = `${wanted}-${count}`;
    this.taken.add(key);
    return key;
  }
}

/** Whether a text can be a key. */
export function isKey(text: string): boolean {
  return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text) && text !== "constructor";
}

function slugOf(name: string): string {
  const slug = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, LONGEST)
    .replace(/-$/, "");
  return isKey(slug) ? slug : "unnamed";
}
