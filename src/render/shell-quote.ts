/** Characters that no shell takes for anything but themselves, anywhere in a word. */
const plain = /^[A-Za-z0-9_@%+:./-][A-Za-z0-9_@%+=:./-]*$/;
/** Control characters would break lines; typographic quotes and a leading ~ look like mistakes to shellcheck. */
const needsEscapes = /[\u0000-\u001f\u007f-\u009f\u2018-\u201f\u2028\u2029]|^~/;

/**
 * Quote a text as one word of bash, so that the word's value is the text, byte for byte. The form is the plainest
 * that a person and shellcheck read without doubt: bare, 'single', "double" with backslashes, or $'with \n escapes'.
 *
 * @throws when the text holds a NUL or half a surrogate pair: neither can stand in an argument
 */
export function shellQuote(text: string): string {
  if (text.includes('\0')) throw new Error('a NUL character cannot stand in a shell word');
  if (!text.isWellFormed()) throw new Error('half a surrogate pair cannot stand in a shell word');
  if (plain.test(text)) return text;
  if (needsEscapes.test(text)) return `$'${Array.from(text, escapeAnsi).join('')}'`;
  if (!/['$`\\]/.test(text)) return `'${text}'`;
  return `"${text.replace(/["$`\\]/g, '\\$&')}"`;
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', "'": "\\'", '\\': '\\\\' };

function escapeAnsi(character: string): string {
  const name = named[character];
  if (name !== undefined) return name;
  if (!needsEscapes.test(character) || character === '~') return character;
  // Bytes instead of \u: bash writes \u in the locale's encoding, and the C locale has none for them.
  return Array.from(Buffer.from(character, 'utf8'), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
