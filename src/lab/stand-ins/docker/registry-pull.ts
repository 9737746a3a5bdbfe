import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { sha256Of } from '../../../artifacts/digest-meter.ts';
import { parseImageConfig } from '../../../images/image-config.ts';
import { parseJson, record } from '../../../images/json.ts';
import { keepLayer, unpacked } from '../../../images/layer-bytes.ts';
import { chooseEntry, manifestTypes, parseManifest } from '../../../images/manifest.ts';
import { DockerError } from './docker-error.ts';
import type { ImageStore } from './image-store.ts';
import { type ImageName, imageName } from './names.ts';
import { bodyOf, connectRegistry, type Registry, type RegistryOptions } from './registry-connection.ts';

/** A line of progress: the name of a layer or tag ('' for none), and what is said of it. */
export type Say = (text: string, id?: string) => void;

/**
 * docker pull: asks the registry, takes what is not there yet into the store, and names it.
 *
 * @throws DockerError 404 or 500 in the words of the release
 */
export async function pull(name: string, images: ImageStore, options: RegistryOptions, say: Say): Promise<void> {
  const wanted = imageName(name);
  const registry = await connectRegistry(wanted.registry, options).catch((error: unknown) => {
    throw legacy(error, wanted, options, say);
  });
  const tag = wanted.digest === undefined ? (wanted.tag ?? 'latest') : `sha256:${wanted.digest}`;
  const { bytes, shown } = await manifestOf(registry, wanted, tag, options, say);
  say(`Pulling from ${wanted.repository}`, tag);
  const manifest = parseManifest(bytes, name);
  if (manifest.kind === 'list') throw new DockerError(500, 'unsupported manifest format');
  const config = await bodyOf(await blob(registry, wanted, manifest.config.sha256));
  if (sha256Of(config) !== manifest.config.sha256) {
    throw new DockerError(500, `image config verification failed for digest sha256:${manifest.config.sha256}`);
  }
  const platform = parseImageConfig(config, name);
  const { signal } = new AbortController();
  const layers = [];
  for (const [index, diffId] of platform.layers.entries()) {
    const packed = manifest.layers[index];
    if (!packed) throw new DockerError(500, 'invalid manifest: it has fewer layers than the configuration');
    const short = packed.sha256.slice(0, 12);
    const present = images
      .all()
      .flatMap((image) => image.layers)
      .find((layer) => layer.sha256 === diffId);
    if (present) say('Already exists', short);
    else say('Pulling fs layer', short);
    layers.push(present ?? (await layer(registry, wanted, packed, diffId, images, signal)));
    if (!present) say('Pull complete', short);
  }
  const digest = `sha256:${sha256Of(bytes)}`;
  say(`Digest: ${digest}`);
  const id = `sha256:${manifest.config.sha256}`;
  const before = images.find(shown);
  const kept = await images.blobs.put(Readable.from([config]), signal);
  images.add({ id, config: kept, layers, content: record(parseJson(config)) ?? {} });
  images.tag(id, shown);
  images.tag(id, `${wanted.shown}@${digest}`);
  say(`Status: ${before?.id === id ? 'Image is up to date' : 'Downloaded newer image'} for ${shown}`);
}

async function manifestOf(
  registry: Registry,
  wanted: ImageName,
  tag: string,
  options: RegistryOptions,
  say: Say,
): Promise<{ readonly bytes: Buffer; readonly shown: string }> {
  const shown = wanted.digest === undefined ? `${wanted.shown}:${tag}` : `${wanted.shown}@${tag}`;
  let next = tag;
  for (let depth = 0; depth < 2; depth++) {
    const path = `/v2/${wanted.repository}/manifests/${next}`;
    const answer = await registry.ask(path, { headers: { accept: manifestTypes } });
    const bytes = await bodyOf(answer);
    const { statusCode = 0 } = answer;
    if (statusCode === 401) throw new DockerError(500, `Get ${path}: no basic auth credentials`);
    if (statusCode === 404) throw notFound(bytes, shown, wanted, options, say);
    if (statusCode !== 200) throw new DockerError(500, `received unexpected HTTP status: ${statusCode}`);
    const manifest = parseManifest(bytes, shown);
    if (manifest.kind === 'image') return { bytes, shown };
    next = `sha256:${chooseEntry(manifest.entries, process.arch === 'arm64' ? 'arm64' : 'amd64', shown)}`;
  }
  throw new DockerError(500, 'unsupported manifest format');
}

/** What a registry says that has no such image. The old releases then ask it with the first protocol. */
function notFound(body: Buffer, shown: string, wanted: ImageName, options: RegistryOptions, say: Say): DockerError {
  if (options.facts.legacyRegistry) {
    say(`Pulling repository ${wanted.shown}`);
    return new DockerError(404, `Error: image ${wanted.repository}:${wanted.tag ?? 'latest'} not found`);
  }
  const errors = record(parseJson(body))?.errors;
  const first = record(Array.isArray(errors) ? errors[0] : undefined);
  const code = String(first?.code ?? 'manifest unknown')
    .toLowerCase()
    .replaceAll('_', ' ');
  const detail = options.facts.wrappedErrors ? `: ${code}: ${String(first?.message ?? code)}` : '';
  return new DockerError(404, `manifest for ${shown} not found${detail}`);
}

/**
 * A registry that cannot be reached. Before 17.06 docker falls back to the first protocol: over http it says so first,
 * and fails there with the address of that one (distribution/pull_v1.go, registry/session.go).
 */
function legacy(
  error: unknown,
  { registry, repository, shown }: ImageName,
  options: RegistryOptions,
  say: Say,
): unknown {
  if (!(error instanceof DockerError) || !options.facts.legacyRegistry) return error;
  const [, url = '', cause = ''] = /^Get (\S+): (.*)$/.exec(error.message) ?? [];
  if (url.startsWith('http:')) {
    say(`Pulling repository ${shown}`);
    return new DockerError(
      500,
      `Error while pulling image: Get http://${registry}/v1/repositories/${repository}/images: ${cause}`,
    );
  }
  return url === '' ? error : new DockerError(500, `Get https://${registry}/v1/_ping: ${cause}`);
}

async function blob(registry: Registry, { repository }: ImageName, digest: string): Promise<IncomingMessage> {
  let path = `/v2/${repository}/blobs/sha256:${digest}`;
  for (let hop = 0; hop < 5; hop++) {
    const answer = await registry.ask(path);
    if (answer.statusCode === 200) return answer;
    answer.resume();
    const { location } = answer.headers;
    if ((answer.statusCode ?? 0) < 300 || (answer.statusCode ?? 0) >= 400 || location === undefined) break;
    path = location;
  }
  throw new DockerError(500, 'unknown blob');
}

async function layer(
  registry: Registry,
  wanted: ImageName,
  packed: { readonly sha256: string; readonly size: number },
  diffId: string,
  images: ImageStore,
  signal: AbortSignal,
) {
  const answer = await blob(registry, wanted, packed.sha256);
  const bytes = unpacked(answer, packed.size, `sha256:${packed.sha256}`);
  try {
    return await keepLayer(bytes, diffId, `sha256:${packed.sha256}`, images.blobs, signal);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DockerError(500, `filesystem layer verification failed for digest sha256:${packed.sha256}: ${why}`);
  }
}
