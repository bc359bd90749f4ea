/** What to do about a refusal of the system, for the hint of a coded error. */
const hints: Readonly<Record<string, string>> = {
  EACCES: "you have no permission there",
  EPERM: "you have no permission there",
  EROFS: "that file system is read-only",
  ENOSPC: "the disk is full: free some space, or choose another place",
  ENOTDIR: "a part of its path is a file, not a folder",
  EISDIR: "it is a folder: name a file in it",
  ENAMETOOLONG: "choose a shorter name",
};

/** `special` says what a code means in this place; a code that nobody knows is told in the system's words. */
export function systemHint(
  { code = "", message }: NodeJS.ErrnoException,
  special: Readonly<Record<string, string>> = {},
): string {
  return special[code] ?? hints[code] ?? `the system says: ${message}`;
}
