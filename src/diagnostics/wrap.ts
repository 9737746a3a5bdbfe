/** Terminals of this width show every line of our output whole. */
export const WIDTH = 80;

const segmenter = new Intl.Segmenter('en');
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]/u;
const HALF = /^[\uff61-\uffdc\uffe8-\uffee]/;
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Emoji_Presentation}\u2e80-\u303e\u3099-\u33ff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6]/u;

/** The characters of a text as people see them. */
export function characters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** How many columns a terminal gives to one visible character. */
export function characterWidth(character: string): number {
  if (/^[\x20-\x7e]$/.test(character)) return 1;
  if (HALF.test(character)) return 1;
  if (WIDE.test(character) || character.includes('\ufe0f')) return 2;
  return ZERO.test(character) ? 0 : 1;
}

/** How many columns a terminal gives to a text without control characters. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return characters(text).reduce((sum, character) => sum + characterWidth(character), 0);
}

/** Writes characters that would move the cursor, colour the terminal or reverse the text as escapes. */
export function plain(text: string): string {
  const codeOf = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, codeOf);
}

/**
 * Breaks a text at spaces into lines of at most `width` columns; a word that is longer than a line is cut.
 * The first line begins with `first`, the others with `rest` (blanks as wide as `first` when not given).
 */
export function wrapText(text: string, first = '', rest?: string, width: number = WIDTH): string[] {
  const follow = rest ?? ' '.repeat(displayWidth(first));
  const lines: string[] = [];
  let line = first;
  let used = displayWidth(first);
  let empty = true;
  const flush = (): void => {
    lines.push(line.trimEnd());
    line = follow;
    used = displayWidth(follow);
    empty = true;
  };
  for (const word of text.split(' ')) {
    for (const piece of cut(word, width - displayWidth(follow))) {
      const size = displayWidth(piece);
      if (!empty && used + 1 + size > width) flush();
      // The first line may begin further right than the others, so that even a lone word does not fit.
      else if (empty && lines.length === 0 && used + size > width) flush();
      line += empty ? piece : ` ${piece}`;
      used += size + (empty ? 0 : 1);
      empty = false;
    }
  }
  flush();
  return lines;
}

/** Cuts a word that is too long for a line: behind a comma, a slash or the like where there is one near the end. */
function cut(word: string, width: number): string[] {
  if (displayWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let piece: string[] = [];
  let used = 0;
  for (const character of characters(word)) {
    const size = characterWidth(character);
    if (used + size > width) {
      const comma = piece.findLastIndex((one) => /[,;/:=&]/.test(one));
      const end = comma > piece.length / 2 ? comma + 1 : piece.length;
      pieces.push(piece.slice(0, end).join(''));
      piece = piece.slice(end);
      used = displayWidth(piece.join(''));
    }
    piece.push(character);
    used += size;
  }
  return [...pieces, piece.join('')];
}
