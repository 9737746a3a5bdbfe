import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Interruption } from '../../src/cli/terminal.ts';
import { program } from '../archive/programs.ts';
import { allArtifacts } from '../support/artifacts.ts';
import { archiveOf } from '../support/images.ts';
import { minimal } from '../support/specs.ts';
import { hashOf, Workplace, words } from './workplace.ts';

const trust = '--trust-first-use';
const noHash = 'no hash is known of';

async function laid(spec?: object): Promise<Workplace> {
  const place = new Workplace(spec);
  await place.lay();
  return place;
}

const lockThere = (place: Workplace): boolean => existsSync(place.path('cluster.lock.json'));

describe('kubebale lock: hashes', () => {
  it('KB4010: all files that nobody vouches for are listed, each with its hash', async () => {
    const place = await laid();
    const result = await place.lock();
    expect(result.code).toBe(1);
    for (const name of allArtifacts)
      expect(words(result)).toContain(`${noHash} ${name}; here its SHA-256 is ${hashOf(join(place.art, name))}`);
    expect(result.err.split('KB4010:').length - 1).toBe(allArtifacts.length);
    expect(words(result)).toContain('accept it once with --trust-first-use');
    expect(lockThere(place)).toBe(false);
  });

  it('what was accepted once is known from then on, and the lock is written with the same bytes', async () => {
    const place = await laid();
    const first = await place.lock([trust]);
    expect(first.code).toBe(0);
    expect(words(first)).toContain('hash accepted on first use');
    const text = place.lockText();
    const second = await place.lock();
    expect({ code: second.code, err: second.err }).toEqual({ code: 0, err: '' });
    expect(place.lockText()).toBe(text);
    // With an empty cache too.
    rmSync(place.cache, { recursive: true });
    expect((await place.lock()).code).toBe(0);
    expect(place.lockText()).toBe(text);
  });

  it('KB4010: a question on a terminal; y accepts, anything else does not', async () => {
    const place = await laid();
    const asked: string[] = [];
    const answers = (answer: string) => ({
      ask: async (question: string) => {
        asked.push(question);
        return answer;
      },
    });
    for (const answer of ['', 'n', 'no', 'maybe']) {
      const { code, err } = await place.lock([], answers(answer));
      expect(code, answer).toBe(1);
      expect(err).toContain('KB4010');
      expect(lockThere(place)).toBe(false);
    }
    const { code, err } = await place.lock([], answers(' Y\n'));
    expect(code).toBe(0);
    expect(err).toContain(hashOf(join(place.art, 'etcd')));
    expect(asked).toHaveLength(5);
    expect(place.locked().files.every((file) => file.trust === 'first-use')).toBe(true);
    // What is known is not asked for.
    expect((await place.lock([], answers('n'))).code).toBe(0);
    expect(asked).toHaveLength(5);
  });

  it('KB4010: nobody is asked while something else is wrong', async () => {
    const place = await laid();
    rmSync(join(place.art, 'etcd'));
    const ask = async (): Promise<string> => {
      throw new Error('asked');
    };
    const result = await place.lock([], { ask });
    expect(result.code).toBe(1);
    expect(words(result)).toContain('KB4001');
    expect(words(result)).toContain('KB4010');
  });

  it('KB4009: three wordings: published, in the specification, accepted before', async () => {
    const place = await laid();
    const published = 'ab102d271026a4060c9f85ecad11f454d82b1df7b8e676cc3da69f67eb078729';
    const archive = join(place.art, 'etcd-v2.3.7-linux-amd64.tar.gz');
    await archiveOf(archive, [{ name: 'etcd-v2.3.7-linux-amd64/etcd', bytes: program('x') }], true);
    const official = await place.lock([trust]);
    expect(official.code).toBe(1);
    expect(words(official)).toContain(
      `${archive} has the SHA-256 ${hashOf(archive)}, but the published one is ${published}`,
    );
    rmSync(archive);

    const other = hashOf(join(place.art, 'kubelet'));
    place.specify(minimal({ artifacts: [{ component: 'etcd', folder: 'art', sha256: { etcd: other } }] }));
    const pinned = await place.lock([trust]);
    expect(pinned.code).toBe(1);
    expect(words(pinned)).toContain(
      `${join(place.art, 'etcd')} has the SHA-256 ${hashOf(join(place.art, 'etcd'))}, but the specification says ${other}`,
    );
    expect(words(pinned)).toContain('correct "sha256" in the specification');

    place.specify(minimal());
    expect((await place.lock([trust])).code).toBe(0);
    const text = place.lockText();
    const before = hashOf(join(place.art, 'etcd'));
    writeFileSync(join(place.art, 'etcd'), program('another etcd'));
    const changed = await place.lock([trust]);
    expect(changed.code).toBe(1);
    expect(words(changed)).toContain(`but cluster.lock.json has recorded ${before}`);
    expect(words(changed)).toContain('move cluster.lock.json away');
    expect(place.lockText()).toBe(text);
    rmSync(place.path('cluster.lock.json'));
    expect((await place.lock([trust])).code).toBe(0);
    expect(place.lockText()).not.toBe(text);
  });

  it('KB4009: a wrong kubernetes.tar.gz', async () => {
    const place = await laid();
    await archiveOf(join(place.art, 'kubernetes.tar.gz'), [{ name: 'kubernetes/version', bytes: 'v1.3.4' }], true);
    const result = await place.lock([trust]);
    expect(words(result)).toMatch(/KB4009.*art\/kubernetes\.tar\.gz has the SHA-256 .*published one is a92a74a0/);
    expect(words(result)).toContain('it may be of another release, or incomplete');
  });

  it('KB4010: a release is accepted, not a file name', async () => {
    const place = await laid();
    await place.lock([trust]);
    place.specify(minimal({ releases: { etcd: '2.3.8' } }));
    const result = await place.lock();
    expect(words(result)).toContain(`${noHash} etcd; here`);
    expect(words(result)).not.toContain(`${noHash} kubelet`);
  });

  it('JSON has the lock and what is missing; an error leaves the lock as it was', async () => {
    const place = await laid();
    const { code, out } = await place.lock([trust, '--format', 'json']);
    expect(code).toBe(0);
    const said = JSON.parse(out);
    expect(said.lock.cluster).toBe('guide');
    expect(said.missing).toEqual([]);
    const text = place.lockText();
    writeFileSync(join(place.art, 'etcd'), 'a text');
    expect((await place.lock([trust, '--format', 'json'])).code).toBe(1);
    expect(place.lockText()).toBe(text);
  });

  it('Ctrl-C leaves no lock', async () => {
    const place = await laid();
    const abort = new AbortController();
    abort.abort(new Interruption('SIGINT'));
    const result = await place.lock([trust], { signal: abort.signal });
    expect({ code: result.code, err: result.err }).toEqual({ code: 130, err: 'kubebale: interrupted by SIGINT\n' });
    expect(lockThere(place)).toBe(false);
  });
});
