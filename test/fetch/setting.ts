import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { ArtifactError } from '../../src/artifacts/artifact-error.ts';
import { Store } from '../../src/artifacts/store.ts';
import type { Download, DownloadOptions } from '../../src/fetch/download.ts';
import type { DownloadEvent } from '../../src/fetch/events.ts';
import { createHttp, type Http } from '../../src/fetch/http.ts';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { scratch } from '../support/unpack.ts';

/** A server, a store, and a client that waits for nothing; new for each test. */
export interface Setting {
  server: FaultServer;
  http: Http;
  store: Store;
  events: DownloadEvent[];
  /** Seconds that were waited. */
  waits: number[];
  options(more?: Partial<DownloadOptions>): DownloadOptions;
}

/** Call it in a `describe`; what it returns is filled before each test. */
export function setting(): Setting {
  const made = {} as Setting;
  beforeEach(async () => {
    made.server = await faultServer({});
    made.http = createHttp({ env: {}, userAgent: 'test', timeouts: { headers: 10_000, body: 10_000 } });
    made.store = new Store(scratch('fetch'));
    made.events = [];
    made.waits = [];
    made.options = (more = {}) => ({
      store: made.store,
      http: made.http,
      signal: new AbortController().signal,
      sleep: async (milliseconds) => void made.waits.push(milliseconds / 1000),
      onEvent: (event) => void made.events.push(event),
      random: () => 1,
      ...more,
    });
  });
  afterEach(async () => {
    await made.http.close();
    await made.server.close();
  });
  return made;
}

/** Bytes that no other test has. */
export function someBytes(size: number): Buffer {
  return randomBytes(size);
}

/** A file under one URL. */
export function wantedFrom(url: string, sha256: string | undefined, more: Partial<Download> = {}): Download {
  return { urls: [url], file: 'a-file.tar.gz', sha256, ...more };
}

/** What a promise is rejected with, which has to be an ArtifactError. */
export async function failure(promise: Promise<unknown>): Promise<ArtifactError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ArtifactError)) expect.fail(`no ArtifactError: ${String(error)}`);
  return error;
}

/** The bytes of a file in the store. */
export function kept(store: Store, sha256: string): Buffer {
  return readFileSync(store.path(sha256));
}

/** The names in the folders of things in the making. */
export function leftovers(store: Store): string[] {
  return ['partial', 'tmp'].flatMap((folder) => {
    try {
      return readdirSync(join(store.folder, folder));
    } catch {
      return [];
    }
  });
}
