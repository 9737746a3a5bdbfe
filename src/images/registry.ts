import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import { type Digest, DigestMeter, sha256Of } from '../artifacts/digest-meter.ts';
import type { Store } from '../artifacts/store.ts';
import { abortableSleep, PassingFailure, type Sleep } from '../fetch/retry.ts';
import type { Architecture } from '../model/types.ts';
import { checkPlatform, configLimit, damageHint, parseImageConfig } from './image-config.ts';
import { hexOf } from './json.ts';
import { keepLayer, unpacked } from './layer-bytes.ts';
import { chooseEntry, type Manifest, manifestTypes, parseManifest } from './manifest.ts';
import { parseReference } from './reference.ts';
import { type Ask, type RegistryOptions, registryClient } from './registry-client.ts';
import { header, readSmall } from './registry-http.ts';

interface PullOptions extends Omit<RegistryOptions, 'sleep' | 'credentials'> {
  readonly architecture: Architecture;
  readonly store: Store;
  readonly credentials?: RegistryOptions['credentials'];
  /** Told of the bytes of layers as they arrive; a layer that begins again after a broken connection counts again. */
  readonly onReceived?: (bytes: number) => void;
  /** For tests. */
  readonly sleep?: Sleep;
}

/** An image that was pulled: its configuration and its layers are in the store. */
interface PulledImage {
  readonly config: Digest;
  /** Not packed, from the lowest to the highest. */
  readonly layers: readonly Digest[];
  /** `sha256:…` of the image's own manifest: for the architecture, when the name stands for several. */
  readonly manifestDigest: string;
  /** `sha256:…` of the configuration, as docker shows it. */
  readonly id: string;
  /** `sha256:…` of each layer, as in docker's RootFS.Layers. */
  readonly diffIds: readonly string[];
}

/**
 * Pull an image from a registry into the store, by tag or digest. Everything is compared with its digest while it
 * arrives; layers that the store has are not fetched again.
 *
 * @param name of the image, as docker pull takes it
 * @throws ArtifactError KB4307 to KB4315, KB4317
 */
export async function pullImage(name: string, options: PullOptions): Promise<PulledImage> {
  const { architecture, store, signal, onReceived = () => undefined } = options;
  const reference = parseReference(name);
  const ask = registryClient(reference, { credentials: () => undefined, sleep: abortableSleep, ...options });
  const wanted = reference.digest === undefined ? (reference.tag ?? 'latest') : `sha256:${reference.digest}`;
  const { sha256, manifest } = await imageManifest(ask, wanted, architecture, name);

  const configBytes = await configOf(ask, manifest.config, name);
  const platform = parseImageConfig(configBytes, name);
  checkPlatform(platform, architecture, name);
  if (platform.layers.length !== manifest.layers.length) {
    throw new ArtifactError(
      'KB4307',
      `${name} has ${manifest.layers.length} layers, and its configuration lists ${platform.layers.length}`,
      damageHint,
    );
  }
  const layers: Digest[] = [];
  for (const [index, diffId] of platform.layers.entries()) {
    const blob = manifest.layers[index];
    // Looked at each time: one layer may be in an image twice.
    const layer = await inStore(store, diffId);
    if (blob) layers.push(layer ?? (await pullLayer(ask, blob, diffId, name, { store, signal, onReceived })));
  }
  return {
    config: await store.put(Readable.from([configBytes]), signal),
    layers,
    manifestDigest: `sha256:${sha256}`,
    id: `sha256:${manifest.config.sha256}`,
    diffIds: platform.layers.map((layer) => `sha256:${layer}`),
  };
}

interface FoundManifest {
  readonly sha256: string;
  readonly manifest: Manifest & { readonly kind: 'image' };
}

async function imageManifest(
  ask: Ask,
  wanted: string,
  architecture: Architecture,
  name: string,
): Promise<FoundManifest> {
  let next = wanted;
  // A list may name a list, but nobody nests them deeper.
  for (let depth = 0; depth < 3; depth++) {
    const bytes = await ask(`manifests/${next}`, manifestTypes, async (response, url) => {
      const body = await readSmall(response, url);
      const expected = hexOf(next) ?? hexOf(header(response, 'docker-content-digest'));
      checkDigest(body, expected, url);
      return body;
    });
    const manifest = parseManifest(bytes, name);
    if (manifest.kind === 'image') return { sha256: sha256Of(bytes), manifest };
    next = `sha256:${chooseEntry(manifest.entries, architecture, name)}`;
  }
  throw new ArtifactError('KB4315', `${name} is a list of lists of manifests`, 'give the digest of the image itself');
}

async function configOf(ask: Ask, { sha256, size }: Digest, name: string): Promise<Buffer> {
  if (size > configLimit) {
    throw new ArtifactError('KB4315', `${name} has a configuration of ${size} bytes, as no image does`, damageHint);
  }
  return ask(`blobs/sha256:${sha256}`, '*/*', async (response, url) => {
    const bytes = await readSmall(response, url, configLimit);
    checkDigest(bytes, sha256, url);
    return bytes;
  });
}

interface LayerOptions {
  readonly store: Store;
  readonly signal: AbortSignal;
  readonly onReceived: (bytes: number) => void;
}

function pullLayer(ask: Ask, blob: Digest, diffId: string, name: string, options: LayerOptions): Promise<Digest> {
  const { store, signal, onReceived } = options;
  const where = `${name}, layer sha256:${blob.sha256}`;
  return ask(`blobs/sha256:${blob.sha256}`, '*/*', (response, url) => {
    const bytes = checkedBlob(response.body, blob, url, onReceived);
    return keepLayer(unpacked(bytes, blob.size, where), diffId, where, store, signal);
  });
}

/** A blob's bytes. At their end it is known whether they are the right ones, before whoever reads them sees that end. */
async function* checkedBlob(
  body: AsyncIterable<Uint8Array>,
  { sha256, size }: Digest,
  url: string,
  onReceived: LayerOptions['onReceived'],
): AsyncGenerator<Uint8Array, void, undefined> {
  const meter = new DigestMeter();
  for await (const chunk of body) {
    meter.add(chunk);
    if (meter.size > size) throw otherBytes(url, `more than the ${size} bytes of its manifest`);
    onReceived(chunk.length);
    yield chunk;
  }
  if (meter.size < size) throw new PassingFailure(`it broke off after ${meter.size} of ${size} bytes`);
  const actual = meter.digest().sha256;
  if (actual !== sha256) throw otherBytes(url, `bytes with the SHA-256 ${actual}`);
}

function checkDigest(bytes: Uint8Array, expected: string | undefined, url: string): void {
  const actual = sha256Of(bytes);
  if (expected === undefined || actual === expected) return;
  throw otherBytes(url, `bytes with the SHA-256 ${actual}, and promised ${expected}`);
}

function otherBytes(url: string, what: string): ArtifactError {
  return new ArtifactError(
    'KB4314',
    `${url}: the registry sent ${what}`,
    'try again, without the proxy if there is one; when it stays so, push the image again',
  );
}

/** The store has what is named by this SHA-256 whole or not at all; whoever uses it reads it with a check. */
async function inStore(store: Store, sha256: string): Promise<Digest | undefined> {
  const info = await stat(store.path(sha256)).catch(() => undefined);
  return info?.isFile() ? { sha256, size: info.size } : undefined;
}
