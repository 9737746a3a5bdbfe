import { createHash } from 'node:crypto';
import { appendFile, chmod, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type SharedFile, SharedFiles, segmentVariant, smallSegment } from './shared-files.ts';
import { Staging } from './staging.ts';
import { sweepOld } from './sweep.ts';
import { withFolders } from './tar.ts';
import type { HostBundle } from './types.ts';
import { WrittenRecord } from './written-record.ts';

export interface WriteOptions {
  /** The folder that gets a folder for the cluster. */
  readonly out: string;
  /** Where compressed payloads and the records of what was written are kept. */
  readonly cache: string;
  /** mtime of everything in the tarballs, in seconds since 1970. */
  readonly sourceDateEpoch: number;
  readonly signal: AbortSignal;
  /** Told of each host that is done. */
  readonly onHost: (host: string) => void;
  /** Told how much of a payload has been compressed, in bytes. */
  readonly onPayload: (done: number, total: number) => void;
}

export interface WrittenTarball {
  readonly host: string;
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  /** It was there already, and stayed. */
  readonly unchanged: boolean;
}

/** Compressing, copying and writing keep processors and disk busy in turns. */
const hostsAtOnce = 4;

/** A host whose own part is ready. */
interface Pending {
  readonly host: string;
  readonly key: string;
  readonly secret: boolean;
  readonly own: Buffer;
}

/** Writes the tarballs of one run into a staging folder. */
export class TarballWriter {
  readonly #cluster: string;
  readonly #options: WriteOptions;
  readonly #staging: Staging;
  readonly #record: WrittenRecord;
  /** SHA256SUMS as it was before. */
  readonly #sums: ReadonlyMap<string, string>;
  readonly #shared: SharedFiles;
  /** By shared file the host that gets the file itself in the end, when no other host needs it any more. */
  readonly #last = new Map<SharedFile, Pending>();
  readonly #running = new Set<Promise<void>>();
  readonly #order: string[] = [];
  readonly #done = new Map<string, WrittenTarball & { readonly key: string }>();
  #failure: unknown;

  private constructor(
    cluster: string,
    options: WriteOptions,
    staging: Staging,
    record: WrittenRecord,
    sums: ReadonlyMap<string, string>,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#staging = staging;
    this.#record = record;
    this.#sums = sums;
    this.#shared = new SharedFiles({ ...options, scratch: staging.scratch });
  }

  static async open(cluster: string, options: WriteOptions): Promise<TarballWriter> {
    const staging = await Staging.open(options.out, cluster);
    try {
      const record = await WrittenRecord.open(join(options.cache, 'written'), staging.target);
      return new TarballWriter(cluster, options, staging, record, await staging.sums());
    } catch (error) {
      await staging.discard();
      throw error;
    }
  }

  /** Take a host's bundle; its tarball is written now or when a later one comes. */
  async add(bundle: HostBundle): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const { host, secret } = bundle;
    this.#order.push(host);
    const key = this.#keyOf(bundle);
    const mode = secret ? 0o600 : 0o644;
    const same = await this.#record.unchanged(this.#staging.target, fileName(host), key, mode);
    if (same && (this.#sums.get(fileName(host)) ?? same.sha256) === same.sha256) {
      this.#finished({ host, key, size: same.size, sha256: same.sha256, unchanged: true });
      return;
    }
    const shared = await this.#shared.fileFor(bundle);
    await this.#run(async () => {
      const entries = withFolders(bundle.cluster, bundle.own, new Set(shared.folders));
      const own = await smallSegment(entries, this.#options.sourceDateEpoch, false);
      const before = this.#last.get(shared);
      this.#last.set(shared, { host, key, secret, own });
      if (before) await this.#write(shared, before, (file) => this.#shared.copy(shared, file));
    });
  }

  /**
   * Write what is left, and put everything in place.
   *
   * @returns the tarballs, in the order in which their bundles came
   */
  async finish(): Promise<readonly WrittenTarball[]> {
    const { signal, out } = this.#options;
    await this.#settled();
    for (const [shared, last] of this.#last) {
      signal.throwIfAborted();
      await this.#write(shared, last, (file) => rename(shared.file, file));
    }
    const written = this.#order.flatMap((host) => this.#done.get(host) ?? []);
    const sums = new Map(written.map((tarball) => [fileName(tarball.host), tarball.sha256]));
    const changed = await this.#staging.writeSums(sums);
    signal.throwIfAborted();
    if (changed || written.some((tarball) => !tarball.unchanged)) await this.#staging.commit();
    // Everything is in place: what is only of use to later runs may fail.
    const { cache } = this.#options;
    const names = written.map(({ host, key, sha256 }) => ({ name: fileName(host), key, sha256 }));
    await this.#record.save(this.#staging.target, names).catch(() => undefined);
    await this.#shared.prune().catch(() => undefined);
    await sweepOld(join(cache, 'tmp'), /./);
    await this.#staging.discard();
    return written.map(({ host, size, sha256, unchanged }) => {
      return { host, path: join(out, this.#cluster, fileName(host)), size, sha256, unchanged };
    });
  }

  /** Remove everything that was made. */
  async discard(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#staging.discard();
  }

  /** Digest of everything that decides a tarball's bytes. */
  #keyOf({ payload, common, own, secret }: HostBundle): string {
    const variant = segmentVariant(this.#cluster, this.#options.sourceDateEpoch);
    const hash = createHash('sha256').update(JSON.stringify([variant, payload.key, common.key, secret]));
    for (const { path, mode, content } of own) {
      hash.update(`\0${path}\0${mode}\0`);
      if (content && 'bytes' in content) hash.update(content.bytes);
    }
    return hash.digest('hex');
  }

  async #write(shared: SharedFile, pending: Pending, begin: (file: string) => Promise<void>): Promise<void> {
    const { host, key, secret, own } = pending;
    const file = join(this.#staging.folder, fileName(host));
    await begin(file);
    // Secrets are in the host's own part: closed before that is written, they are never readable by others.
    await chmod(file, secret ? 0o600 : 0o644);
    await appendFile(file, own);
    const sha256 = shared.hash.copy().update(own).digest('hex');
    this.#finished({ host, key, size: shared.size + own.length, sha256, unchanged: false });
  }

  /** Start the work for a host, as soon as there is a place for it. */
  async #run(task: () => Promise<void>): Promise<void> {
    while (this.#running.size >= hostsAtOnce) await Promise.race(this.#running);
    const running: Promise<void> = task()
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #settled(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #finished(tarball: Omit<WrittenTarball, 'path'> & { readonly key: string }): void {
    this.#done.set(tarball.host, { ...tarball, path: '' });
    this.#options.onHost(tarball.host);
  }
}

function fileName(host: string): string {
  return `${host}.tar.gz`;
}
