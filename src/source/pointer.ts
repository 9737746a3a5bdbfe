/** The names and indexes that a JSON pointer (RFC 6901) is made of. */
export function splitPointer(pointer: string): readonly string[] {
  if (pointer === '') return [];
  const parts = pointer.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return pointer.startsWith('/') ? parts.slice(1) : parts;
}

/** One more step at the end of a JSON pointer. */
export function joinPointer(pointer: string, part: string | number): string {
  return `${pointer}/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
