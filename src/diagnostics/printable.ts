/**
 * A text from outside as a message may hold it: what would break the line, move the cursor or turn the line around is
 * shown as an escape.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

/** A name from outside as a message may hold it: printable, and not endless. */
export function printableName(name: string): string {
  return printable(name.length > 200 ? `${name.slice(0, 200)}...` : name);
}
