import { gzipSync } from 'node:zlib';
import { sha256Of } from '../../../artifacts/digest-meter.ts';
import { DockerError } from './docker-error.ts';
import { type ImageStore, type StoredImage, tagsOf } from './image-store.ts';
import { type ImageName, imageName } from './names.ts';
import { bodyOf, connectRegistry, type Registry, type RegistryOptions } from './registry-connection.ts';
import type { Say } from './registry-pull.ts';

const schema2 = 'application/vnd.docker.distribution.manifest.v2+json';

/**
 * docker push (distribution/push.go, push_v2.go): layers and configuration that the registry lacks, then the manifest.
 * Without a tag, all tags of the repository.
 *
 * @throws DockerError 404 or 500 in the words of the release
 */
export async function push(name: string, images: ImageStore, options: RegistryOptions, say: Say): Promise<void> {
  const wanted = imageName(name);
  const article = options.facts.wrappedErrors ? '' : 'a ';
  say(`The push refers to ${article}repository [${wanted.registry}/${wanted.repository}]`);
  const tags = tagsOf(images, wanted.shown);
  if (tags.length === 0) {
    const old = options.facts.api === '1.22' || options.facts.api === '1.23';
    const text = old ? 'Repository does not exist: ' : 'An image does not exist locally with the tag: ';
    throw new DockerError(404, text + wanted.shown);
  }
  const registry = await connectRegistry(wanted.registry, options);
  for (const tag of wanted.tag === undefined ? tags : [`${wanted.shown}:${wanted.tag}`]) {
    const image = images.find(tag);
    if (!image || !tags.includes(tag)) throw new DockerError(404, `tag does not exist: ${tag}`);
    await pushTag(registry, imageName(tag), image, images, say);
  }
}

async function pushTag(
  registry: Registry,
  { repository, tag, shown }: ImageName,
  image: StoredImage,
  images: ImageStore,
  say: Say,
): Promise<void> {
  const layers = [];
  for (const { sha256: diffId } of image.layers) say('Preparing', diffId.slice(0, 12));
  for (const layer of image.layers) {
    // Small ones only: a rehearsal pushes pause images. The fixed level gives the same digest each time.
    const bytes = gzipSync(await whole(images, layer), { level: 6 });
    const sent = await upload(registry, repository, bytes);
    say(sent ? 'Pushed' : 'Layer already exists', layer.sha256.slice(0, 12));
    layers.push({
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      size: bytes.length,
      digest: `sha256:${sha256Of(bytes)}`,
    });
  }
  const config = await whole(images, image.config);
  await upload(registry, repository, config);
  const manifest = Buffer.from(
    JSON.stringify(
      {
        schemaVersion: 2,
        mediaType: schema2,
        config: {
          mediaType: 'application/vnd.docker.container.image.v1+json',
          size: config.length,
          digest: image.id,
        },
        layers,
      },
      undefined,
      3,
    ),
  );
  const path = `/v2/${repository}/manifests/${tag ?? 'latest'}`;
  const answer = await registry.ask(path, { method: 'PUT', headers: { 'content-type': schema2 }, body: manifest });
  await accepted(answer, 201);
  const digest = `sha256:${sha256Of(manifest)}`;
  images.tag(image.id, `${shown}@${digest}`);
  say(`${tag ?? 'latest'}: digest: ${digest} size: ${manifest.length}`);
}

/** Sends a blob when the registry lacks it. Out: whether it was sent. */
async function upload(registry: Registry, repository: string, bytes: Buffer): Promise<boolean> {
  const digest = `sha256:${sha256Of(bytes)}`;
  const head = await registry.ask(`/v2/${repository}/blobs/${digest}`, { method: 'HEAD' });
  head.resume();
  if (head.statusCode === 200) return false;
  const start = await registry.ask(`/v2/${repository}/blobs/uploads/`, { method: 'POST', body: Buffer.alloc(0) });
  await accepted(start, 202);
  const { location = '' } = start.headers;
  const type = 'application/octet-stream';
  const target = `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
  await accepted(await registry.ask(target, { method: 'PUT', headers: { 'content-type': type }, body: bytes }), 201);
  return true;
}

async function accepted(answer: Awaited<ReturnType<Registry['ask']>>, status: number): Promise<void> {
  const body = (await bodyOf(answer)).toString('utf8');
  if (answer.statusCode === status) return;
  if (answer.statusCode === 401) throw new DockerError(500, 'no basic auth credentials');
  if (answer.statusCode === 403) throw new DockerError(500, 'denied: requested access to the resource is denied');
  throw new DockerError(
    500,
    `received unexpected HTTP status: ${answer.statusCode} ${answer.statusMessage}: ${body}`.trim(),
  );
}

async function whole(images: ImageStore, digest: StoredImage['config']): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of images.blobs.read(digest)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
