import type { Diagnostics } from '../diagnostics/collector.ts';
import type { ClusterPlan, ImageSource } from '../plan/types.ts';
import type { ArtifactError } from './artifact-error.ts';
import { chooseFiles, type MissingProgram, type Places } from './choose-files.ts';
import type { DigestCache } from './digest-cache.ts';
import { acceptedHash, type Lock } from './lock-file.ts';
import { resolveImages } from './resolve-images.ts';
import { resolvePrograms } from './resolve-programs.ts';
import type { Digest, Store } from './store.ts';

/** What a download is asked for. */
export interface WantedDownload {
  readonly file: string;
  readonly url: string;
  readonly sha256: string | undefined;
  readonly size: number | undefined;
}

/** An image that was pulled and written as a docker-archive into the store. */
export interface PulledImage {
  readonly archive: Digest;
  readonly id: string;
  readonly layers: readonly string[];
  /** The reference with the digest that it had. */
  readonly from: string;
}

/** What needs a network. */
export interface Online {
  /** Download several files; by URL the path that each has now, or what went wrong. */
  download(files: readonly WantedDownload[]): Promise<ReadonlyMap<string, string | ArtifactError>>;
  /** @throws ArtifactError when the image cannot be had */
  pull(source: ImageSource, reference: string): Promise<PulledImage>;
}

/** A file or image whose hash nobody has published or written into the specification. */
export interface Unverified {
  readonly what: string;
  /** Undefined: it was not downloaded. */
  readonly sha256: string | undefined;
  readonly pointer: string;
}

export interface Settings {
  readonly plan: ClusterPlan;
  readonly specFolder: string;
  /** Artifacts folders, absolute. */
  readonly folders: readonly string[];
  readonly store: Store;
  readonly digests: DigestCache;
  /** The lock as it is: what was accepted once is not asked for again. */
  readonly previous: Lock | undefined;
  /** Whether hashes that nobody vouches for are accepted. */
  readonly trustFirstUse: boolean;
  /** Asked when they are not: whether they are accepted after all. */
  readonly ask: ((list: readonly Unverified[]) => Promise<boolean>) | undefined;
  /** Whether a lock with less than everything is wanted. */
  readonly allowMissing: boolean;
  /** Undefined: only files that are here. */
  readonly online: Online | undefined;
  /** Told before an archive is read. */
  readonly onOpen?: (path: string) => void;
  readonly signal: AbortSignal;
}

/** What came of looking for everything. */
export interface Resolution {
  readonly lock: Lock;
  /** What is in no place, in words: `kubelet, kube-proxy (kubernetes 1.3.3, amd64)`. */
  readonly missing: readonly string[];
}

/**
 * Find, check and open everything that the hosts of a cluster need.
 *
 * @param diagnostics gets everything that is wrong, all at once
 * @returns the lock; undefined after an error
 */
export async function resolveArtifacts(settings: Settings, diagnostics: Diagnostics): Promise<Resolution | undefined> {
  const { plan, online, previous } = settings;
  if (previous && previous.cluster !== plan.cluster) {
    // What was accepted for it on first use would be lost.
    diagnostics.add('KB4008', '/name', `the lock is of the cluster ${previous.cluster}, not of ${plan.cluster}`, {
      hint: 'give each specification a folder of its own; if the cluster was renamed, move cluster.lock.json away',
    });
    return undefined;
  }
  const choice = await chooseFiles(plan, placesOf(settings, online !== undefined));
  const programs = await resolvePrograms(choice.files, settings, diagnostics);
  const images = await resolveImages(settings, diagnostics);
  const missing = missingTexts(choice.missing, images.missing);
  if (missing.length > 0 && !settings.allowMissing)
    reportMissing(choice.missing, images.missing, settings, diagnostics);
  await reportUnverified([...programs.unverified, ...images.unverified], settings, diagnostics);
  if (diagnostics.hasErrors) return undefined;
  return { lock: { cluster: plan.cluster, files: programs.files, images: images.images }, missing };
}

/** Where files may be that are needed. */
export function placesOf(
  { store, specFolder, folders, previous }: Pick<Settings, 'store' | 'specFolder' | 'folders' | 'previous'>,
  online: boolean,
): Places {
  const kept = async (sha256: string): Promise<string | undefined> =>
    (await store.holds(sha256)) ? store.path(sha256) : undefined;
  return { specFolder, folders, kept, online, accepted: (source) => acceptedHash(previous, source) };
}

/** `etcd, etcdctl (etcd 2.3.7, amd64)`, one text for each release and architecture, then one for each image. */
export function missingTexts(programs: readonly MissingProgram[], images: readonly ImageSource[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { name, component, release, architecture } of programs) {
    const key = `${component} ${release}, ${architecture}`;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [
    ...[...groups].map(([key, names]) => `${names.join(', ')} (${key})`),
    ...images.map((image) => `${image.archive} (${image.name}, ${image.architecture})`),
  ];
}

function reportMissing(
  programs: readonly MissingProgram[],
  images: readonly ImageSource[],
  { online }: Settings,
  diagnostics: Diagnostics,
): void {
  const archives = [...new Set(programs.map(({ candidates: [first] }) => first?.file))];
  const themselves = programs.some(({ candidates }) => candidates.every((one) => one.kind === 'official'));
  const files = [...archives.filter((file) => file !== undefined), ...images.map((image) => image.archive)];
  const all = missingTexts(programs, images);
  const count = programs.length + images.length;
  diagnostics.add(
    'KB4001',
    '',
    `${count === 1 ? 'an artifact is' : `${count} artifacts are`} missing: ${all.join('; ')}`,
    {
      hint: `put ${files.length > 0 ? files.join(', ') : 'the programs'}${themselves ? ', or the programs themselves,' : ''} into the folder that you give with --artifacts${online ? '' : ', or let kubebale fetch download them'}`,
    },
  );
}

/** Ask once for all of them; without an answer each is a finding, with the hash that was found. */
async function reportUnverified(
  list: readonly Unverified[],
  { trustFirstUse, ask }: Settings,
  diagnostics: Diagnostics,
): Promise<void> {
  if (list.length === 0 || trustFirstUse) return;
  const complete = list.every((one) => one.sha256 !== undefined);
  if (!diagnostics.hasErrors && complete && ask && (await ask(list))) return;
  for (const { what, sha256, pointer } of list) {
    const message =
      sha256 === undefined
        ? `no hash is known of ${what}, so it was not fetched`
        : `no hash is known of ${what}; here its SHA-256 is ${sha256}`;
    diagnostics.add('KB4010', pointer, message, {
      hint: 'compare it with one that you trust and pin it in the specification, or accept it once with --trust-first-use',
    });
  }
}
