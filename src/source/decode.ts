/** What keeps bytes from being the text of a specification; `offset` counts in the text of `displayText`. */
export interface DecodeProblem {
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The text of strict UTF-8 bytes, without a byte order mark, or why they are none. */
export function decodeText(bytes: Uint8Array): { readonly text: string } | { readonly problem: DecodeProblem } {
  const encoding = guessEncoding(bytes);
  if (encoding !== 'utf-8') {
    return {
      problem: {
        message: `the file is UTF-16 (${encoding === 'utf-16le' ? 'little' : 'big'} endian), not UTF-8`,
        hint: `save it as UTF-8, for instance: iconv -f ${encoding.toUpperCase()} -t UTF-8`,
        offset: 0,
      },
    };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { problem: firstInvalidByte(bytes) };
  }
}

/** A text for people to look at, whatever the bytes are: what cannot be decoded becomes U+FFFD. */
export function displayText(bytes: Uint8Array): string {
  return new TextDecoder(guessEncoding(bytes)).decode(bytes);
}

function guessEncoding(bytes: Uint8Array): Encoding {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  // JSON begins with an ASCII character: beside a zero byte it can only be UTF-16 without a byte order mark.
  if (bytes.length >= 2 && a === 0 && b !== 0) return 'utf-16be';
  if (bytes.length >= 2 && a !== 0 && b === 0) return 'utf-16le';
  return 'utf-8';
}

/** Finds the longest prefix that is UTF-8 (or the beginning of a character) by halving. */
function firstInvalidByte(bytes: Uint8Array): DecodeProblem {
  let low = 0;
  let high = bytes.length + 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (decodePrefix(bytes, middle) === undefined) high = middle;
    else low = middle;
  }
  const before = decodePrefix(bytes, low) ?? '';
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const index = mark + Buffer.byteLength(before);
  const byte = (bytes[index] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  return {
    message: `the file is not UTF-8: byte 0x${byte} at offset ${index} begins no character`,
    hint: 'save the file as UTF-8; from Latin-1, for instance: iconv -f ISO-8859-1 -t UTF-8',
    offset: before.length,
  };
}

function decodePrefix(bytes: Uint8Array, length: number): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
  } catch {
    return undefined;
  }
}
