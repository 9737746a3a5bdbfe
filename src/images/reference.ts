import { ArtifactError } from '../artifacts/artifact-error.ts';

/** The name of an image, taken apart. */
export interface Reference {
  /** As it was written; docker.io when it was not. */
  readonly registry: string;
  /** With library/ in front for Docker Hub's own images. */
  readonly repository: string;
  readonly tag: string | undefined;
  /** SHA-256 in hex of the manifest. */
  readonly digest: string | undefined;
}

const dockerHub = 'docker.io';
const hosts = /^(?:localhost|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::([0-9]{1,5}))?$/;
const repositories = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*$/;
const endings = /^([^:@]*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@sha256:([0-9a-f]{64}))?$/;

/**
 * Take the name of an image apart, as docker does: the first part is a registry when it holds a dot or a colon, or is
 * localhost; otherwise the image is at Docker Hub.
 *
 * @throws ArtifactError KB4310 when it is no name
 */
export function parseReference(name: string): Reference {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const hasRegistry = /[.:]/.test(first) || first === 'localhost';
  const [, path, tag, digest] = endings.exec(hasRegistry ? name.slice(slash + 1) : name) ?? [];
  const registry = hasRegistry ? first : dockerHub;
  const port = hosts.exec(registry);
  const valid = path !== undefined && repositories.test(path) && port !== null && Number(port[1] ?? 1) <= 65535;
  if (!valid || registry.length + path.length > 255) {
    throw new ArtifactError(
      'KB4310',
      `${JSON.stringify(name)} is not the name of an image`,
      'write [REGISTRY/]REPOSITORY:TAG, the repository in lower case',
    );
  }
  const repository = isDockerHub(registry) && !path.includes('/') ? `library/${path}` : path;
  return { registry, repository, tag, digest };
}

/** Whether the registry is Docker Hub, which has several names. */
export function isDockerHub(registry: string): boolean {
  return [dockerHub, 'index.docker.io', 'registry-1.docker.io'].includes(registry);
}

/** The host, with its port, where a registry's API is. Docker Hub's is not that of its name. */
export function apiHost(registry: string): string {
  return isDockerHub(registry) ? 'registry-1.docker.io' : registry;
}

/** One text for each image, however its name is written: for comparing names. A name without a tag means `latest`. */
export function canonicalName(name: string): string {
  const { registry, repository, tag, digest } = parseReference(name);
  const host = isDockerHub(registry) ? dockerHub : registry.toLowerCase();
  return `${host}/${repository}${tag === undefined && digest !== undefined ? `@${digest}` : `:${tag ?? 'latest'}`}`;
}

/**
 * The name as docker load sets it: as it is written, `:latest` when it has no tag, and without a digest beside a tag.
 *
 * @throws ArtifactError KB4310 when it has a digest and no tag, or is no name
 */
export function repoTag(name: string): string {
  const { tag, digest } = parseReference(name);
  if (tag === undefined && digest !== undefined) {
    throw new ArtifactError(
      'KB4310',
      `${name} has a digest and no tag, and an archive can only be loaded under a tag`,
      `write a tag too: ${name.slice(0, name.indexOf('@'))}:TAG`,
    );
  }
  return tag === undefined ? `${name}:latest` : name.replace(/@.*$/, '');
}
