import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import { sha256Of } from '../artifacts/digest-meter.ts';
import type { Digest, Store } from '../artifacts/store.ts';
import type { Architecture } from '../model/types.ts';
import { chooseImage, noDockerArchive } from './archived-images.ts';
import { checkPlatform, configLimit, damageHint, type ImageConfig, parseImageConfig } from './image-config.ts';
import { gzipMagic, keepLayer, unpacked } from './layer-bytes.ts';
import { indexTar, refused, type TarIndex } from './tar-index.ts';
import { writeDockerArchive } from './write-docker-archive.ts';

/** An image whose configuration and layers are in the store. */
interface StoredImage {
  readonly config: Digest;
  /** Not packed, from the lowest to the highest. */
  readonly layers: readonly Digest[];
  readonly platform: ImageConfig;
  /** The names that the archive gives it. */
  readonly names: readonly string[];
}

/** An image as a docker-archive in the store. */
interface NormalImage {
  /** Of the archive. */
  readonly digest: Digest;
  /** `sha256:…`, as docker shows it. */
  readonly id: string;
  /** `sha256:…` of each layer, as in docker's RootFS.Layers. */
  readonly layers: readonly string[];
}

const manifestLimit = 1024 * 1024;

/**
 * Read an archive of docker save, which may be packed with gzip, and take the configuration and the layers of one image
 * into the store, the layers not packed. Every byte that is kept was compared with the SHA-256 that it is known by.
 *
 * @param options.name the image that is wanted, when the archive holds several
 * @throws ArtifactError KB4301 to KB4307, KB4309, KB4317; what the file system says when the file cannot be read
 */
export async function readDockerArchive(
  file: string,
  store: Store,
  { signal, name }: { readonly signal: AbortSignal; readonly name?: string },
): Promise<StoredImage> {
  if (!(await startsWithGzip(file))) return readTar(file, { file, store, name, signal });
  // manifest.json comes last in what docker saves, and a packed archive cannot be read from the middle.
  const tar = await store.temporary();
  try {
    const { size } = await stat(file);
    await pipeline(unpacked(createReadStream(file), size, file), createWriteStream(tar), { signal });
    return await readTar(tar, { file, store, name, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await rm(tar, { force: true });
  }
}

/**
 * Make of any archive that docker saved the one that goes to the hosts: one image under one name. Its own output comes
 * back with the same bytes.
 *
 * @param name what the hosts call the image
 * @throws ArtifactError of readDockerArchive; KB4308 when it is for another architecture, KB4310 for a name without tag
 */
export async function normaliseDockerArchive(
  file: string,
  name: string,
  architecture: Architecture,
  store: Store,
  { signal }: { readonly signal: AbortSignal },
): Promise<NormalImage> {
  const { config, layers, platform } = await readDockerArchive(file, store, { signal, name });
  checkPlatform(platform, architecture, file);
  return {
    digest: await writeDockerArchive({ config, layers, name }, store, signal),
    id: `sha256:${config.sha256}`,
    layers: layers.map(({ sha256 }) => `sha256:${sha256}`),
  };
}

interface Wanted {
  /** What the archive is called in messages. */
  readonly file: string;
  readonly store: Store;
  readonly name: string | undefined;
  readonly signal: AbortSignal;
}

async function readTar(tar: string, { file, store, name, signal }: Wanted): Promise<StoredImage> {
  const index = await indexTar(tar, file, signal);
  if (!index.members.has('manifest.json')) throw noDockerArchive(index, file);
  if (index.problem) throw index.problem;
  const small = (member: string, limit: number): Promise<Buffer> => smallMember(tar, index, member, limit, file);
  const image = chooseImage(await small('manifest.json', manifestLimit), name, file);
  const configBytes = await small(image.config, configLimit);
  checkConfigName(image.config, configBytes, file);
  const platform = parseImageConfig(configBytes, file);
  if (platform.layers.length !== image.layers.length) {
    throw new ArtifactError(
      'KB4307',
      `${file} has ${image.layers.length} layers, and the configuration of the image lists ${platform.layers.length}`,
      damageHint,
    );
  }
  const kept = new Map<string, Digest>();
  const layers: Digest[] = [];
  for (const [number, sha256] of platform.layers.entries()) {
    const member = image.layers[number] ?? '';
    const place = `${member} ${sha256}`;
    const layer = kept.get(place) ?? (await keepMember(tar, index, member, sha256, { file, store, signal, name }));
    kept.set(place, layer);
    layers.push(layer);
  }
  const config = await store.put(Readable.from([configBytes]), signal);
  return { config, layers, platform, names: image.names };
}

async function keepMember(
  tar: string,
  index: TarIndex,
  member: string,
  sha256: string,
  { file, store, signal }: Wanted,
): Promise<Digest> {
  const { offset, size } = locate(index, member, file);
  const where = `${file}: ${member}`;
  return keepLayer(unpacked(range(tar, offset, size), size, where), sha256, where, store, signal);
}

async function* range(file: string, offset: number, size: number): AsyncGenerator<Buffer, void, undefined> {
  if (size > 0) yield* createReadStream(file, { start: offset, end: offset + size - 1, highWaterMark: 1024 * 1024 });
}

async function smallMember(tar: string, index: TarIndex, member: string, limit: number, file: string): Promise<Buffer> {
  const { offset, size } = locate(index, member, file);
  if (size > limit) throw refused(file, `${member} has ${size} bytes, and ${limit} are more than enough`);
  const handle = await open(tar);
  try {
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await handle.read(bytes, 0, size, offset);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Where the bytes of a member are; docker used links for a layer that is in the archive already. */
function locate(index: TarIndex, name: string, file: string): { readonly offset: number; readonly size: number } {
  let at = name;
  for (let step = 0; step < 10; step++) {
    if (index.doubles.has(at)) throw refused(file, `it has two members ${JSON.stringify(at)}`);
    const member = index.members.get(at);
    if (member?.kind === 'file') return member;
    if (member?.kind !== 'link') break;
    at = member.target;
  }
  throw new ArtifactError('KB4307', `${file} lacks ${JSON.stringify(name)}, which its manifest.json names`, damageHint);
}

/** docker names the configuration after its SHA-256, as a file of its own or below blobs/sha256. */
function checkConfigName(name: string, bytes: Uint8Array, file: string): void {
  const named = /(?:^|[/:])([0-9a-f]{64})(?:\.json)?$/.exec(name)?.[1];
  const sha256 = sha256Of(bytes);
  if (named === undefined || named === sha256) return;
  throw new ArtifactError(
    'KB4307',
    `${file}: ${name} is damaged: its SHA-256 is ${sha256}, which is not its name`,
    damageHint,
  );
}

async function startsWithGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.equals(gzipMagic);
  } finally {
    await handle.close();
  }
}
