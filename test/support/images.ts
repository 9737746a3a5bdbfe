import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

export type Member = { readonly name: string } & (
  | { readonly bytes: Uint8Array | string }
  | { readonly symlink: string }
  | { readonly link: string }
  | { readonly type: 'directory' | 'character-device' | 'fifo' }
);

/** A tar archive of these members, in their order, with nothing checked. */
export async function tarOf(members: readonly Member[]): Promise<Buffer> {
  const archive = pack();
  const common = { mode: 0o644, mtime: new Date(1_466_000_000_000) };
  for (const member of members) {
    const { name } = member;
    if ('bytes' in member) archive.entry({ ...common, name }, Buffer.from(member.bytes));
    else if ('symlink' in member) archive.entry({ ...common, name, type: 'symlink', linkname: member.symlink });
    else if ('link' in member) archive.entry({ ...common, name, type: 'link', linkname: member.link });
    else archive.entry({ ...common, name, type: member.type });
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) if (chunk instanceof Buffer) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** An image in parts, as tests want to spoil them. */
export interface TestImage {
  readonly config: Buffer;
  readonly layers: readonly Buffer[];
  readonly id: string;
  readonly diffIds: readonly string[];
}

/** A valid image; layers are tar archives with one file each, of the given texts. */
export async function imageOf(
  contents: readonly string[],
  platform: Readonly<Record<string, string>> = { architecture: 'amd64', os: 'linux' },
): Promise<TestImage> {
  const layers: Buffer[] = [];
  for (const bytes of contents) layers.push(await tarOf([{ name: 'pause', bytes }]));
  const diffIds = layers.map((layer) => `sha256:${sha256(layer)}`);
  const config = Buffer.from(
    JSON.stringify({ ...platform, config: { Cmd: ['/pause'] }, rootfs: { type: 'layers', diff_ids: diffIds } }),
  );
  return { config, layers, id: `sha256:${sha256(config)}`, diffIds };
}

/** As docker 1.10 to 24 save it: a folder a layer, and links for a layer that is there already. */
export function savedOld(image: TestImage, names: readonly string[] | null): Member[] {
  const folders = image.layers.map((layer, index) => sha256(`${index}${sha256(layer)}`));
  const members = image.layers.flatMap((layer, index): Member[] => {
    const folder = folders[index] ?? '';
    const first = image.layers.findIndex((other) => other.equals(layer));
    return [
      { name: `${folder}/`, type: 'directory' },
      { name: `${folder}/VERSION`, bytes: '1.0' },
      { name: `${folder}/json`, bytes: '{}' },
      first === index
        ? { name: `${folder}/layer.tar`, bytes: layer }
        : { name: `${folder}/layer.tar`, symlink: `../${folders[first]}/layer.tar` },
    ];
  });
  const config = `${sha256(image.config)}.json`;
  const layers = folders.map((folder) => `${folder}/layer.tar`);
  return [
    ...members,
    { name: config, bytes: image.config },
    { name: 'manifest.json', bytes: JSON.stringify([{ Config: config, RepoTags: names, Layers: layers }]) },
    { name: 'repositories', bytes: '{}' },
  ];
}

/** As docker 25 and newer save it: blobs, and an OCI layout beside manifest.json. */
export function savedNew(image: TestImage, names: readonly string[], packed = false): Member[] {
  const blob = (bytes: Buffer): Member => ({ name: `blobs/sha256/${sha256(bytes)}`, bytes });
  const layers = image.layers.map((layer) => blob(packed ? gzipSync(layer) : layer));
  const config = blob(image.config);
  const unique = [...new Map([config, ...layers].map((member) => [member.name, member])).values()];
  return [
    { name: 'blobs/', type: 'directory' },
    ...unique,
    { name: 'index.json', bytes: '{"schemaVersion":2}' },
    {
      name: 'manifest.json',
      bytes: JSON.stringify([{ Config: config.name, RepoTags: names, Layers: layers.map((layer) => layer.name) }]),
    },
    { name: 'oci-layout', bytes: '{"imageLayoutVersion":"1.0.0"}' },
  ];
}

/** Write members as an archive. Out: the file. */
export async function archiveOf(file: string, members: readonly Member[], packed = false): Promise<string> {
  const bytes = await tarOf(members);
  writeFileSync(file, packed ? gzipSync(bytes) : bytes);
  return file;
}
