import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ArtifactError } from '../../../artifacts/artifact-error.ts';
import type { Store } from '../../../artifacts/store.ts';
import { readDockerArchive } from '../../../images/docker-archive.ts';
import { parseJson, record, texts } from '../../../images/json.ts';
import { unpacked } from '../../../images/layer-bytes.ts';
import { indexTar } from '../../../images/tar-index.ts';
import { DockerError } from './docker-error.ts';
import type { ImageStore, StoredImage } from './image-store.ts';
import { withTag } from './names.ts';

/**
 * Takes the images of a docker-archive that is sent into the store, under the names that the archive gives them.
 *
 * @param temporary the daemon's folder for what it unpacks, which its messages name
 * @returns what is said of each: "Loaded image: NAME", "Loaded image ID: sha256:…"
 * @throws DockerError 500 in the words of image/tarexport/load.go
 */
export async function loadImages(
  body: IncomingMessage,
  images: ImageStore,
  temporary: string,
): Promise<readonly string[]> {
  const { blobs } = images;
  const file = await blobs.temporary();
  const plain = await blobs.temporary();
  const { signal } = new AbortController();
  try {
    await pipeline(body, createWriteStream(file));
    const { size } = await stat(file);
    await pipeline(unpacked(createReadStream(file), size, 'stream'), createWriteStream(plain));
    const said: string[] = [];
    for (const names of await namesIn(plain, temporary, signal)) {
      const image = await take(plain, names[0], blobs, signal);
      images.add(image);
      for (const name of names) {
        images.tag(image.id, name);
        said.push(`Loaded image: ${withTag(name)}`);
      }
      if (names.length === 0) said.push(`Loaded image ID: ${image.id}`);
    }
    return said;
  } catch (error) {
    throw inDockersWords(error);
  } finally {
    await rm(file, { force: true });
    await rm(plain, { force: true });
  }
}

async function stat(file: string): Promise<{ readonly size: number }> {
  const handle = await open(file);
  try {
    return await handle.stat();
  } finally {
    await handle.close();
  }
}

/** The names of each image in the archive, as manifest.json has them. */
async function namesIn(file: string, temporary: string, signal: AbortSignal): Promise<readonly (readonly string[])[]> {
  const { members } = await indexTar(file, 'stream', signal);
  const member = members.get('manifest.json');
  if (member?.kind !== 'file') {
    // Without manifest.json it takes the archive for one of docker 1.9, and looks for its list of names.
    const unpackedAt = join(temporary, `docker-import-${process.hrtime.bigint() % 1_000_000_000n}`);
    throw new DockerError(500, `open ${unpackedAt}/repositories: no such file or directory`);
  }
  const bytes: Buffer[] = [];
  for await (const chunk of createReadStream(file, { start: member.offset, end: member.offset + member.size - 1 })) {
    bytes.push(chunk);
  }
  const list = parseJson(Buffer.concat(bytes));
  if (!Array.isArray(list)) throw new DockerError(500, 'invalid manifest.json');
  return list.map((item) => texts(record(item)?.RepoTags) ?? []);
}

async function take(file: string, name: string | undefined, blobs: Store, signal: AbortSignal): Promise<StoredImage> {
  const { config, layers } = await readDockerArchive(file, blobs, { signal, ...(name !== undefined && { name }) });
  return { id: `sha256:${config.sha256}`, config, layers, content: await contentOf(blobs, config) };
}

/** The configuration of an image as JSON. */
async function contentOf(blobs: Store, config: StoredImage['config']): Promise<StoredImage['content']> {
  const bytes: Buffer[] = [];
  for await (const chunk of blobs.read(config)) bytes.push(chunk);
  return record(parseJson(Buffer.concat(bytes))) ?? {};
}

/** Our reader checks more than docker's does; what docker would say is known for the most usual failures. */
function inDockersWords(error: unknown): DockerError {
  if (error instanceof DockerError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ArtifactError && (error.code === 'KB4301' || error.code.startsWith('KB430'))) {
    const cut = /unexpected|premature|short|not whole: Unexpected/i.test(message);
    if (error.code === 'KB4301') {
      return new DockerError(
        500,
        `Error processing tar file(exit status 1): ${cut ? 'unexpected EOF' : 'archive/tar: invalid tar header'}`,
      );
    }
  }
  return new DockerError(500, message);
}
