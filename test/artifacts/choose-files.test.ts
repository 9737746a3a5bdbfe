import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isThere } from '../../src/artifacts/choose-files.ts';
import { allArtifacts } from '../support/artifacts.ts';
import { scratch } from '../support/unpack.ts';
import { Workplace, words } from './workplace.ts';

/** As a user that a closed folder keeps out; root is kept out of nothing. */
async function asOther<T>(step: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await step();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('whether a file is there', () => {
  it('is so, is not so, and is not so below a file', async () => {
    const folder = scratch('there');
    writeFileSync(join(folder, 'file'), '');
    const answers = ['file', 'none', 'none/file', 'file/file'].map((name) => isThere(join(folder, name)));
    expect(await Promise.all(answers)).toEqual([true, false, false, false]);
  });

  it('KB4002: nobody can say, because a folder is closed', async () => {
    const folder = join(scratch('closed'), 'art');
    mkdirSync(folder);
    chmodSync(folder, 0);
    const path = join(folder, 'etcd');
    await expect(asOther(() => isThere(path))).rejects.toMatchObject({
      code: 'KB4002',
      message: `${path} cannot be used: permission denied`,
    });
  });

  it('KB4002: lock and fetch --dry-run say it, and do not take another file instead', async () => {
    const place = new Workplace();
    await place.lay(allArtifacts.filter((name) => name !== 'etcd'));
    symlinkSync('etcd', join(place.art, 'etcd'));
    for (const result of [await place.lock(), await place.fetch(['--artifacts', 'art', '--dry-run'])]) {
      expect(result.code).toBe(1);
      expect(words(result)).toMatch(/KB4002: \S+art\/etcd cannot be used: its links lead in a circle/);
    }
  });
});
