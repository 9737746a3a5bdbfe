import { ArtifactError } from '../artifacts/artifact-error.ts';
import { parseJson, record, text } from './json.ts';
import { isDockerHub } from './reference.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The credentials for a registry, by its host (with its port), when there are some. */
export type CredentialsOf = (registry: string) => Credentials | undefined;

/**
 * Read what docker login wrote: config.json with "auths", or the older .dockercfg with the registries at its top.
 * Nothing that it holds is ever in an error.
 *
 * @param file its name for messages
 * @throws ArtifactError KB4316
 */
export function parseCredentials(bytes: Uint8Array, file: string): CredentialsOf {
  const config = record(parseJson(bytes));
  const auths = record(config && 'auths' in config ? config.auths : config);
  if (!auths) {
    throw new ArtifactError('KB4316', `${file} is no config.json of docker`, 'give the file that docker login wrote');
  }
  const known = new Map<string, Credentials>();
  for (const [key, value] of Object.entries(auths)) {
    const found = credentialsIn(value);
    if (found) known.set(hostOf(key), found);
  }
  return (registry) => known.get(hostOf(registry));
}

/** docker writes keys as `host`, `https://host` or `https://host/v1/`. */
function hostOf(key: string): string {
  const host = key
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
  return isDockerHub(host) ? 'docker.io' : host;
}

function credentialsIn(value: unknown): Credentials | undefined {
  const entry = record(value);
  const decoded = Buffer.from(text(entry?.auth) ?? '', 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon > 0) return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') };
  const [username, password] = [text(entry?.username), text(entry?.password)];
  return username && password ? { username, password } : undefined;
}
