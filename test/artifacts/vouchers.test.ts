import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isPublishedByAuthors, officialFiles } from '../../src/artifacts/official.ts';
import { program } from '../archive/programs.ts';
import { allArtifacts } from '../support/artifacts.ts';
import { archiveOf, sha256 } from '../support/images.ts';
import { Workplace, words } from './workplace.ts';

describe('who published a hash', () => {
  it('the catalogue says it', () => {
    const { archives, images } = officialFiles();
    const known = archives.flatMap(({ sha256: hash, confidence }) => (hash === null ? [] : [{ hash, confidence }]));
    for (const { hash, confidence } of known)
      expect(isPublishedByAuthors(hash), confidence).toBe(!/third-party|many|unknown/.test(confidence));
    expect(images.map(({ digest }) => isPublishedByAuthors(digest.slice(7)))).toEqual(images.map(() => false));
    expect(new Set(known.map(({ hash }) => isPublishedByAuthors(hash))).size).toBe(2);
  });

  it.each([
    ['official', 'hash published'],
    ['third-party (1 source)', 'hash published by others'],
  ])('%s: lock says "%s"', async (confidence, said) => {
    const place = new Workplace();
    await place.lay(allArtifacts.filter((name) => !name.startsWith('etcd')));
    const file = 'etcd-v2.3.7-linux-amd64.tar.gz';
    const members = ['etcd', 'etcdctl'].map((name) => ({
      name: `etcd-v2.3.7-linux-amd64/${name}`,
      bytes: program(name),
    }));
    const hash = sha256(readFileSync(await archiveOf(join(place.art, file), members, true)));
    // The catalogue is read once, and is this object from then on.
    const { archives } = officialFiles();
    const rest = archives.filter((row) => row.file !== file);
    const url = `https://example.com/${file}`;
    const row = { component: 'etcd', release: '2.3.7', architecture: 'amd64', file, url, sha256: hash, confidence };
    Object.assign(officialFiles(), { archives: [...rest, { ...row, source: 'this test' }] });
    const result = await place.lock(['--trust-first-use']);
    expect(result.code).toBe(0);
    expect(words(result)).toMatch(new RegExp(`${file.replaceAll('.', '\\.')}, [^,]+, ${said} ${hash}`));
  });
});
