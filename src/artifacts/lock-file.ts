import type { Architecture, Component } from '../model/types.ts';
import type { ProgramSource } from '../plan/types.ts';
import { ArtifactError } from './artifact-error.ts';
import { sha256Of } from './digest-meter.ts';
import { isLock } from './lock-shape.ts';
import type { Digest } from './store.ts';

/** Who vouches for a hash. */
export type Trust = 'catalogue' | 'specification' | 'first-use';

/** One program in a locked file; `path` is '' when the file is the program itself. */
export interface LockedProgram extends Digest {
  readonly name: string;
  readonly architecture: Architecture;
  readonly path: string;
}

/** An archive, or a file that is one program. */
export interface LockedFile extends Digest {
  readonly component: Component;
  readonly release: string;
  /** `loose`: a program that lay in the artifacts folder under its own name. */
  readonly kind: Exclude<ProgramSource['kind'], 'folder'> | 'loose';
  /** Name in the artifacts folder, or for `file` the path relative to the specification. */
  readonly file: string;
  readonly url?: string;
  readonly trust: Trust;
  readonly programs: readonly LockedProgram[];
}

/** An image; size and sha256 are those of the docker-archive that goes into the bundle. */
export interface LockedImage extends Digest {
  readonly name: string;
  readonly architecture: Architecture;
  /** Name of the archive in images/ and in the artifacts folder. */
  readonly archive: string;
  /** What was pulled, with its digest. */
  readonly from?: string;
  /** What the specification or the catalogue said to pull, when it was locked; also of an archive that lay in a folder. */
  readonly asked?: string;
  /** The docker-archive that the specification names, relative to it. */
  readonly file?: string;
  /** The docker-archive as it was found; the one of the bundle has been given its name. */
  readonly source: Digest;
  readonly trust: Trust;
  /** Digest of the image's configuration, by which docker knows it. */
  readonly id: string;
  /** Digests of its layers, unpacked. */
  readonly layers: readonly string[];
}

/** What each artifact of a cluster is, to the byte. */
export interface Lock {
  readonly cluster: string;
  readonly files: readonly LockedFile[];
  readonly images: readonly LockedImage[];
}

/** The hash of a file that somebody accepted once, for this release and from this place. */
export function acceptedHash(
  lock: Lock | undefined,
  file: Pick<LockedFile, 'component' | 'release' | 'file'> & {
    readonly kind: string;
    readonly url?: string | undefined;
  },
): string | undefined {
  return lock?.files.find(
    (one) =>
      one.component === file.component &&
      one.release === file.release &&
      one.kind === file.kind &&
      one.file === file.file &&
      one.url === file.url &&
      one.trust === 'first-use',
  )?.sha256;
}

/** Name of the lock, which lies beside the specification. */
export const lockName = 'cluster.lock.json';

const version = 1;

/** The lock as text: sorted, one form for one content, with its own digest at the end. */
export function formatLock(lock: Lock): string {
  const content = {
    lockVersion: version,
    cluster: lock.cluster,
    files: lock.files
      .map((file) => ({
        component: file.component,
        release: file.release,
        kind: file.kind,
        file: file.file,
        url: file.url,
        size: file.size,
        sha256: file.sha256,
        trust: file.trust,
        programs: file.programs
          .map(({ name, architecture, path, size, sha256 }) => ({ name, architecture, path, size, sha256 }))
          .toSorted(by((program) => `${program.name}\0${program.architecture}`)),
      }))
      .toSorted(
        by(({ component, file, kind, url, programs: [first] }) => {
          return [component, file, first?.architecture, first?.name, kind, url].join('\0');
        }),
      ),
    images: lock.images
      .map((image) => ({
        name: image.name,
        architecture: image.architecture,
        archive: image.archive,
        from: image.from,
        asked: image.asked,
        file: image.file,
        source: { size: image.source.size, sha256: image.source.sha256 },
        trust: image.trust,
        id: image.id,
        layers: image.layers,
        size: image.size,
        sha256: image.sha256,
      }))
      .toSorted(by((image) => `${image.name}\0${image.architecture}`)),
  };
  const integrity = sha256Of(JSON.stringify(content));
  return `${JSON.stringify({ ...content, integrity }, null, 2)}\n`;
}

/**
 * Read a lock.
 *
 * @param file its path, for messages
 * @throws ArtifactError KB4007 when it is not, byte for byte, what `formatLock` wrote
 */
export function parseLock(text: string, file: string): Lock {
  const broken = (why: string): ArtifactError =>
    new ArtifactError(
      'KB4007',
      `${file} ${why}`,
      'take it from your version control, or move it away and run kubebale fetch or kubebale lock again',
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken('is not JSON any more: it was changed or damaged');
  }
  if (typeof value !== 'object' || value === null || !('lockVersion' in value)) throw broken('is no lock of kubebale');
  if (value.lockVersion !== version) throw broken(`has the lock version ${JSON.stringify(value.lockVersion)}, not 1`);
  // Git may have changed the line ends; nothing else may differ.
  const plain = text.replaceAll('\r\n', '\n');
  if (!isLock(value) || formatLock(value) !== plain)
    throw broken('does not match its own digest: it was changed or damaged');
  return value;
}

function by<T>(key: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}
