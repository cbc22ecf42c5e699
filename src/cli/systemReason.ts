/**
 * Why the system did not do something, in words. What a code means depends on what was asked for: those that mean different things are given along.
 */
const reasons: { readonly [code: string]: string } = {
  EACCES: "permission was denied",
  EPERM: "permission was denied",
  EISDIR: "it is a folder: name a file in it",
  ENOTDIR: "a part of its path is no folder",
  ENOSPC: "there is no space left",
  EDQUOT: "there is no space left",
  EROFS: "the disk is read-only",
  ENAMETOOLONG: "its name is too long"
}

/** The reason of an exception of Node; of a code without words the code. */
export const systemReason = (error: unknown, own: { readonly [code: string]: string }): string => {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown"
  return own[code] ?? reasons[code] ?? `the system said ${code}`
}
