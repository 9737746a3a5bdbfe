import { isDockerHub, parseReference, type Reference } from '../../../images/reference.ts';
import { DockerError } from './docker-error.ts';

/** The name of an image as docker shows it: without docker.io/library, and with what it has of tag and digest. */
export interface ImageName extends Reference {
  /** `registry/repository`, as docker shows it. */
  readonly shown: string;
}

/**
 * Takes a name apart. No tag is added: without one it means `latest`, or all tags.
 *
 * @throws DockerError 400 in the words of docker's reference package
 */
export function imageName(name: string): ImageName {
  try {
    const reference = parseReference(name);
    const { registry, repository } = reference;
    const shown = isDockerHub(registry) ? repository.replace(/^library\//, '') : `${registry}/${repository}`;
    return { ...reference, shown };
  } catch {
    const upper = /[A-Z]/.test(name.replace(/^[^/]*[.:][^/]*\//, '')) && /^[A-Za-z0-9./:_-]+$/.test(name);
    throw new DockerError(400, `invalid reference format${upper ? ': repository name must be lowercase' : ''}`);
  }
}

/** The name with its tag, `latest` when it has neither tag nor digest; with a digest and no tag, `name@sha256:…`. */
export function withTag(name: string): string {
  const { shown, tag, digest } = imageName(name);
  if (tag === undefined && digest !== undefined) return `${shown}@sha256:${digest}`;
  return `${shown}:${tag ?? 'latest'}`;
}
