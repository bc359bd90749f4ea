/**
 * Names of files in a pack. A pack comes from a stranger and its names become files here, so only a name that means
 * the same plain file on every system is one; `pack` makes its names by the same rule.
 */

/** The longest name, in bytes of UTF-8: what fits a tar header together with its folder. */
export const nameBytesMax = 48;

/** Separators, wildcards, drive letters, and characters that cannot be seen or turn text around. */
const forbidden = /[/\\:*?"<>|\p{C}\p{Zl}\p{Zp}]/u;

/** Names that are devices on some system, whatever ending they have. */
const device =
  /^(con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])\s*(\.|$)/i;

/** Why a name is no plain one, as the end of a sentence; undefined when it is. */
export function faultOfName(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name === "." || name === "..") return "leads to another folder";
  if (/[/\\]/.test(name)) return "leads to another folder";
  if (/^[A-Za-z]:/.test(name)) return "names a drive";
  if (!name.isWellFormed() || forbidden.test(name)) return "holds a character that no plain name has";
  if (/^[. -]|[. ]$/.test(name)) return "begins or ends in a way that some systems change or hide";
  if (device.test(name)) return "is a device on some systems";
  if (Buffer.byteLength(name) > nameBytesMax) return `is longer than ${nameBytesMax} bytes`;
  return undefined;
}

/** Equal for two names that some file systems take for one. */
export function nameKey(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** A plain name as near as possible to `wanted`, with this ending, that is none of those in `taken`; it is added there. */
export function plainName(wanted: string, ending: string, taken: Set<string>): string {
  const ascii = wanted.normalize("NFKD").replace(/[^A-Za-z0-9._-]+/g, "_");
  const stem = ascii.replace(/^[._-]+/, "").replace(/[._]+$/, "");
  for (let n = 1; ; n++) {
    const last = `${n === 1 ? "" : `-${n}`}${ending}`;
    const name = `${(stem || "tape").slice(0, nameBytesMax - last.length).replace(/[._]+$/, "")}${last}`;
    const safe = faultOfName(name) === undefined ? name : `tape-${name}`.slice(0, nameBytesMax);
    if (taken.has(nameKey(safe)) || faultOfName(safe) !== undefined) continue;
    taken.add(nameKey(safe));
    return safe;
  }
}
