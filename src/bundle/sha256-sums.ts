const line = /^([0-9a-f]{64}) [ *](.+)$/;

/**
 * The hashes of a SHA256SUMS file by name, as sha256sum reads it.
 *
 * @returns the number of the first line that is none, where there is one; the others are read all the same
 */
export function parseSums(text: string): { readonly sums: ReadonlyMap<string, string>; readonly wrongLine?: number } {
  const sums = new Map<string, string>();
  let wrongLine: number | undefined;
  const lines = text.split('\n');
  // A file that was cut off lacks the newline after its last line.
  if (lines.at(-1) === '') lines.pop();
  else wrongLine = lines.length;
  for (const [index, content] of lines.entries()) {
    const [, sha256, name] = line.exec(content) ?? [];
    if (sha256 === undefined || name === undefined || sums.has(name))
      wrongLine = Math.min(wrongLine ?? index + 1, index + 1);
    else sums.set(name, sha256);
  }
  return { sums, ...(wrongLine !== undefined && { wrongLine }) };
}

/** A SHA256SUMS file for `sha256sum -c`; a name with a backslash or newline would need escapes, and none has one. */
export function sumsText(files: readonly { readonly path: string; readonly sha256: string }[]): string {
  return files.map((file) => `${file.sha256}  ${file.path}\n`).join('');
}
