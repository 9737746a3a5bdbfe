/**
 * A package URL (https://github.com/package-url/purl-spec): `pkg:generic/etcd@2.3.7?arch=amd64`. Qualifiers come out
 * sorted by their keys, which have to be lower case; empty ones are left out.
 */
export function purl(
  type: 'generic' | 'oci',
  name: string,
  version: string | undefined,
  qualifiers: Readonly<Record<string, string>>,
): string {
  const list = Object.entries(qualifiers)
    .filter(([, value]) => value !== '')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encode(value)}`);
  const at = version === undefined || version === '' ? '' : `@${encode(version)}`;
  return `pkg:${type}/${encode(name)}${at}${list.length === 0 ? '' : `?${list.join('&')}`}`;
}

/** Letters, digits and `-._~` stand for themselves, and so does the colon. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');
}
