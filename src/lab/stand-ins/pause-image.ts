import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { sha256Of } from '../../artifacts/digest-meter.ts';
import { repoTag } from '../../images/reference.ts';
import type { Architecture } from '../../model/types.ts';
import { pauseProgram } from './docker/pause-program.ts';

// A fixed time, so that the image always has the same ID.
const created = '2016-07-22T00:00:00Z';

interface Member {
  /** Ends in `/` for a folder. */
  readonly name: string;
  readonly mode: number;
  readonly bytes: Buffer;
}

/**
 * A pause image as docker save writes it: docker 1.10 and newer read manifest.json and what it names, older ones
 * `repositories` and the folder of the layer (docker's image/spec v1.1). The only layer holds /pause, a program that
 * does nothing. The same arguments give the same bytes.
 *
 * @param name of the image; without a tag, `latest`
 * @throws ArtifactError KB4310 when it is no name, or has a digest and no tag
 */
export async function pauseImageArchive(name: string, architecture: Architecture): Promise<Buffer> {
  const tag = repoTag(name);
  const layer = await tarOf([{ name: 'pause', mode: 0o755, bytes: pauseProgram(architecture) }]);
  const run = { Entrypoint: ['/pause'], Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] };
  const common = { architecture, os: 'linux', created, config: run };
  const config = json({
    ...common,
    history: [{ created, created_by: 'kubebale: a stand-in of the pause image' }],
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256Of(layer)}`] },
  });
  // The ID of the layer as docker knew it before 1.10: any 64 hexadecimal digits.
  const folder = sha256Of(`${tag} ${sha256Of(layer)}`);
  const configName = `${sha256Of(config)}.json`;
  const colon = tag.lastIndexOf(':');
  return tarOf([
    { name: `${folder}/`, mode: 0o755, bytes: Buffer.alloc(0) },
    plain(`${folder}/VERSION`, Buffer.from('1.0')),
    plain(`${folder}/json`, json({ id: folder, ...common })),
    plain(`${folder}/layer.tar`, layer),
    plain(configName, config),
    plain('manifest.json', json([{ Config: configName, RepoTags: [tag], Layers: [`${folder}/layer.tar`] }])),
    plain('repositories', json({ [tag.slice(0, colon)]: { [tag.slice(colon + 1)]: folder } })),
  ]);
}

function plain(name: string, bytes: Buffer): Member {
  return { name, mode: 0o644, bytes };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** A tar archive: owner 0, and the same time for everything. */
async function tarOf(members: readonly Member[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, mode, bytes } of members) {
    const type = name.endsWith('/') ? 'directory' : 'file';
    archive.entry({ name, mode, type, mtime: new Date(0) }, bytes);
  }
  archive.finalize();
  return buffer(archive);
}
