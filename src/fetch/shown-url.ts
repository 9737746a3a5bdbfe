/** A URL as messages may show it: a user name, a password, and a query (which may be a signature) stay out. */
export function shownUrl(url: string | URL): string {
  const parsed = typeof url === 'string' ? parsedUrl(url) : url;
  if (!parsed || !isWebUrl(parsed)) return String(url).replace(/^.*@/s, '').replace(/\?.*$/s, '?...');
  const { protocol, host, pathname, search } = parsed;
  return `${protocol}//${host}${pathname}${search === '' ? '' : '?...'}`;
}

/** A URL as it may go to the hosts: without user name, password, query (which may be a token) and fragment. */
export function publicUrl(url: string): string {
  const parsed = parsedUrl(url);
  if (!parsed || !isWebUrl(parsed)) return shownUrl(url).replace(/[?#].*$/s, '');
  // Untouched when there is nothing to hide, so that it is the one that people gave.
  if (parsed.username === '' && parsed.password === '') return url.replace(/[?#].*$/s, '');
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

/** The parts of a URL; undefined when it is none. */
export function parsedUrl(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}

/** A URL that can be downloaded. */
export type WebUrl = URL & { readonly protocol: 'http:' | 'https:' };

/** Whether a URL is one of http or https. */
export function isWebUrl(url: URL): url is WebUrl {
  return url.protocol === 'http:' || url.protocol === 'https:';
}
