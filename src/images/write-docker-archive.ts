import type { Digest, Store } from '../artifacts/store.ts';
import { repoTag } from './reference.ts';

/** What a docker-archive holds, all of it in the store. */
interface ArchiveContent {
  readonly config: Digest;
  /** Not packed, from the lowest to the highest; one may be there twice. */
  readonly layers: readonly Digest[];
  /** The one name that docker load gives the image. */
  readonly name: string;
}

interface TarFile {
  readonly name: string;
  readonly size: number;
  readonly bytes: () => AsyncIterable<Buffer> | Iterable<Buffer>;
}

const blockSize = 512;

/**
 * Write a docker-archive, not packed, into the store: manifest.json and what it names is all that docker load reads
 * since 1.10 (image/tarexport/load.go); `repositories` is for other tools. The same content gives the same bytes.
 *
 * @throws ArtifactError KB4310 when the name is none to load an image under, KB4017 when a copy in the store is damaged
 */
export async function writeDockerArchive(
  { config, layers, name }: ArchiveContent,
  store: Store,
  signal: AbortSignal,
): Promise<Digest> {
  const tag = repoTag(name);
  const configName = `${config.sha256}.json`;
  const layerName = ({ sha256 }: Digest): string => `${sha256}/layer.tar`;
  const manifest = [{ Config: configName, RepoTags: [tag], Layers: layers.map(layerName) }];
  const colon = tag.lastIndexOf(':');
  const repositories = { [tag.slice(0, colon)]: { [tag.slice(colon + 1)]: layers.at(-1)?.sha256 ?? config.sha256 } };
  const stored = (file: string, digest: Digest): TarFile => ({
    name: file,
    size: digest.size,
    bytes: () => store.read(digest),
  });
  const files = [
    stored(configName, config),
    ...[...new Map(layers.map((layer) => [layer.sha256, layer])).values()].map((layer) =>
      stored(layerName(layer), layer),
    ),
    jsonFile('manifest.json', manifest),
    jsonFile('repositories', repositories),
  ];
  return store.put(tarOf(files.toSorted((a, b) => (a.name < b.name ? -1 : 1))), signal);
}

function jsonFile(name: string, value: unknown): TarFile {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
  return { name, size: bytes.length, bytes: () => [bytes] };
}

async function* tarOf(files: readonly TarFile[]): AsyncGenerator<Buffer, void, undefined> {
  for (const { name, size, bytes } of files) {
    yield ustarHeader(name, size);
    yield* bytes();
    const rest = size % blockSize;
    if (rest > 0) yield Buffer.alloc(blockSize - rest);
  }
  yield Buffer.alloc(2 * blockSize);
}

/** The header of a plain file: mode 0644, owner 0, mtime 0. Names here have at most 74 characters. */
function ustarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(blockSize);
  const octal = (value: number, offset: number, length: number): void => {
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1');
  };
  header.write(name, 0, 'latin1');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  if (size < 8 ** 11) octal(size, 124, 12);
  else {
    // GNU's form for more than 8 GiB, which docker's reader knows.
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(size), 128);
  }
  octal(0, 136, 12);
  header.write('        0', 148, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  octal(0, 329, 8);
  octal(0, 337, 8);
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return header;
}
