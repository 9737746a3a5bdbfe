const reasons: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'not permitted'],
  ['ENOENT', 'it does not exist'],
  ['ENOTDIR', 'a part of the path is a file'],
  ['EISDIR', 'a folder is in the way'],
  ['EEXIST', 'a file is in the way'],
  ['ELOOP', 'its links lead in a circle'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space is left'],
  ['EDQUOT', 'your quota is used up'],
  ['EFBIG', 'the file grew too large for this file system or limit'],
  ['EIO', 'the disk reports an error'],
]);

/**
 * Why the operating system refused, in words.
 *
 * @throws the error itself when it is none of the operating system's
 */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return reasons.get(String(error.code)) ?? error.message;
}
