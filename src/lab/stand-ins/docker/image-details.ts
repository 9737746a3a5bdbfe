import { record, text } from '../../../images/json.ts';
import { DockerError } from './docker-error.ts';
import type { DockerFacts } from './facts.ts';
import type { ImageStore, StoredImage } from './image-store.ts';
import { imageName } from './names.ts';

/** GET /images/json. */
export function listedImages(images: ImageStore, query: URLSearchParams): unknown {
  const filter = query.get('filter') ?? firstFilter(query.get('filters'));
  const list = images.all().map((image) => ({
    Id: image.id,
    ParentId: '',
    RepoTags: images.names(image.id, 'tags').filter((name) => filter === '' || matches(name, filter)),
    RepoDigests: images.names(image.id, 'digests'),
    Created: Math.floor(Date.parse(text(image.content.created) ?? '1970-01-01T00:00:00Z') / 1000),
    Size: sizeOf(image),
    VirtualSize: sizeOf(image),
    Labels: record(record(image.content.config)?.Labels) ?? {},
  }));
  if (filter !== '') return list.filter(({ RepoTags }) => RepoTags.length > 0);
  return list.map((item) => ({ ...item, RepoTags: item.RepoTags.length > 0 ? item.RepoTags : ['<none>:<none>'] }));
}

/** `{"reference":["name"]}` or `{"reference":{"name":true}}`. */
function firstFilter(filters: string | null): string {
  if (filters === null || filters === '') return '';
  let parsed: unknown;
  try {
    parsed = JSON.parse(filters);
  } catch {
    throw new DockerError(500, `invalid character '${filters[0] ?? ''}' looking for beginning of value`);
  }
  const reference = record(parsed)?.reference;
  return (Array.isArray(reference) ? text(reference[0]) : Object.keys(record(reference) ?? {})[0]) ?? '';
}

function matches(name: string, filter: string): boolean {
  const { shown, tag } = imageName(name);
  return filter.includes(':') && !filter.endsWith(shown) ? `${shown}:${tag}` === filter : shown === filter;
}

function sizeOf(image: StoredImage): number {
  return image.layers.reduce((sum, { size }) => sum + size, 0);
}

/** GET /images/NAME/json. */
export function imageDetails(images: ImageStore, name: string, facts: DockerFacts): unknown {
  const image = images.find(name);
  if (!image) {
    const plain = `No such image: ${name.includes(':') ? name : `${name}:latest`}`;
    throw new DockerError(404, facts.wrappedErrors ? `no such image: ${name}: ${plain}` : `No such image: ${name}`);
  }
  const { content } = image;
  return {
    Id: image.id,
    RepoTags: images.names(image.id, 'tags'),
    RepoDigests: images.names(image.id, 'digests'),
    Parent: '',
    Comment: text(content.comment) ?? '',
    Created: text(content.created) ?? '',
    Container: text(content.container) ?? '',
    ContainerConfig: record(content.container_config) ?? null,
    DockerVersion: text(content.docker_version) ?? '',
    Author: text(content.author) ?? '',
    Config: record(content.config) ?? null,
    Architecture: text(content.architecture) ?? '',
    Os: text(content.os) ?? '',
    Size: sizeOf(image),
    VirtualSize: sizeOf(image),
    GraphDriver: { Name: 'stand-in', Data: null },
    RootFS: { Type: 'layers', Layers: image.layers.map(({ sha256 }) => `sha256:${sha256}`) },
  };
}
