import { ArtifactError } from '../artifacts/artifact-error.ts';
import { printableName } from '../diagnostics/printable.ts';
import type { Architecture } from '../model/types.ts';
import { hexOf, parseJson, record, text } from './json.ts';

/** What is used of an image's configuration: the JSON file whose SHA-256 is the image's ID. */
export interface ImageConfig {
  /** Old tools wrote images without it. */
  readonly architecture: string | undefined;
  readonly os: string | undefined;
  /** The SHA-256 in hex of each layer, not packed, from the lowest to the highest. */
  readonly layers: readonly string[];
}

/** Bytes that a configuration may have: real ones have some thousands. */
export const configLimit = 8 * 1024 * 1024;

/** What to do about an image whose parts do not fit together. */
export const damageHint = 'write it again with docker save, or pull it again';

/**
 * Read an image's configuration.
 *
 * @param where what the image is called in messages
 * @throws ArtifactError KB4307 when it is none
 */
export function parseImageConfig(bytes: Uint8Array, where: string): ImageConfig {
  const config = record(parseJson(bytes));
  if (!config) throw new ArtifactError('KB4307', `${where}: the configuration of the image is not JSON`, damageHint);
  const listed = record(config.rootfs)?.diff_ids;
  const layers: unknown[] = Array.isArray(listed) ? listed : [];
  const digests = layers.map(hexOf).filter((hex) => hex !== undefined);
  if (!Array.isArray(listed) || digests.length !== layers.length) {
    throw new ArtifactError(
      'KB4307',
      `${where}: the configuration of the image does not list its layers by SHA-256`,
      damageHint,
    );
  }
  return { architecture: text(config.architecture) || undefined, os: text(config.os) || undefined, layers: digests };
}

/**
 * See that an image runs on hosts of an architecture; one that does not say is taken.
 *
 * @throws ArtifactError KB4308
 */
export function checkPlatform(config: ImageConfig, architecture: Architecture, where: string): void {
  const os = config.os ?? 'linux';
  const actual = config.architecture ?? architecture;
  if (os === 'linux' && actual === architecture) return;
  throw new ArtifactError(
    'KB4308',
    `${where} is an image for ${printableName(`${os}/${actual}`)}, and the hosts are linux/${architecture}`,
    `give the image for linux/${architecture}`,
  );
}
