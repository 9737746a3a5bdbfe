import { readFileSync } from 'node:fs';

/** Files that come with this package; they lie two folders above, in src/ as in dist/. */
const root = new URL('../../', import.meta.url);

/** This kubebale's own version. */
export function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof version === 'string' ? version : 'unknown';
}

/** The text of the specification's schema. */
export function schemaText(): string {
  return readFileSync(new URL('schema/v1/cluster.schema.json', root), 'utf8');
}
