import { parsedUrl } from './shown-url.ts';

/**
 * Where a file of the internet may lie: at its own URL, or, with a mirror, in the mirror's folders that are made by
 * copying with host names, with paths, or flat.
 *
 * @param mirror the URL of the mirror's top folder
 * @returns URLs in the order in which they are to be tried
 */
export function mirrorUrls(url: string, mirror: string | undefined): readonly string[] {
  if (mirror === undefined) return [url];
  const base = mirror.replace(/\/+$/, '');
  const parsed = parsedUrl(url);
  if (!parsed) return [url];
  const path = parsed.pathname.replace(/^\/+/, '');
  const name = path.slice(path.lastIndexOf('/') + 1);
  return [...new Set([`${base}/${parsed.host}/${path}`, `${base}/${path}`, `${base}/${name}`])];
}
