/** How a registry wants to be asked, from `WWW-Authenticate` (RFC 7235, and the distribution project's token form). */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      /** URL that gives tokens. */
      readonly realm: string;
      readonly service: string | undefined;
      readonly scope: string | undefined;
    };

const part = /([A-Za-z][A-Za-z0-9_-]*)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+)))?/g;

/** Read a `WWW-Authenticate` header. Out: a challenge that can be met, bearer before basic; else undefined. */
export function parseChallenge(header: string): Challenge | undefined {
  let basic = false;
  let bearer: Map<string, string> | undefined;
  let current: Map<string, string> | undefined;
  for (const [, word = '', quoted, token] of header.matchAll(part)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? token;
    if (value !== undefined) {
      current?.set(word.toLowerCase(), value);
      continue;
    }
    // A word without a value begins the next challenge.
    current = new Map();
    if (word.toLowerCase() === 'basic') basic = true;
    else if (word.toLowerCase() === 'bearer') bearer ??= current;
  }
  const realm = bearer?.get('realm');
  if (realm) return { scheme: 'bearer', realm, service: bearer?.get('service'), scope: bearer?.get('scope') };
  return basic ? { scheme: 'basic' } : undefined;
}
