import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ArtifactError } from '../../src/artifacts/artifact-error.ts';
import { acceptedHash, formatLock, type Lock, type LockedFile, parseLock } from '../../src/artifacts/lock-file.ts';

const sha = (digit: string): string => digit.repeat(64);

function file(component: LockedFile['component'], name: string, more: Partial<LockedFile> = {}): LockedFile {
  const programs = [
    { name: 'b', architecture: 'amd64', path: 'x/b', size: 2, sha256: sha('b') },
    { name: 'a', architecture: 'amd64', path: 'x/a', size: 1, sha256: sha('a') },
  ] as const;
  const base = { component, release: '1.2.3', kind: 'official', file: name, size: 7, sha256: sha('1') } as const;
  return { ...base, trust: 'catalogue', programs, ...more };
}

const image = (name: string): Lock['images'][number] => ({
  ...{ name, architecture: 'amd64', archive: 'pause.tar', from: `registry.example.com/p@sha256:${sha('5')}` },
  ...{ source: { size: 9, sha256: sha('2') }, trust: 'first-use', id: `sha256:${sha('3')}` },
  ...{ layers: [`sha256:${sha('7')}`, `sha256:${sha('6')}`], size: 10, sha256: sha('4') },
});

const lock: Lock = {
  cluster: 'guide',
  files: [
    file('kubernetes', 'kubernetes.tar.gz', { url: 'https://example.com/kubernetes.tar.gz' }),
    file('etcd', 'privé/etcd.tar.gz', { kind: 'file', trust: 'specification' }),
    file('etcd', 'etcdctl', {
      kind: 'loose',
      trust: 'first-use',
      programs: [{ name: 'etcdctl', architecture: 'arm64', path: '', size: 7, sha256: sha('1') }],
    }),
  ],
  images: [image('registry.example.com/pause:1'), image('registry.example.com/app:1')],
};

function refusal(text: string): ArtifactError | undefined {
  try {
    parseLock(text, 'sub/cluster.lock.json');
    return undefined;
  } catch (error) {
    if (error instanceof ArtifactError) return error;
    throw error;
  }
}

/** The text with other values, and the integrity that it had. */
const withValue = (change: object): string => {
  return `${JSON.stringify({ ...JSON.parse(formatLock(lock)), ...change }, null, 2)}\n`;
};

describe('the lock as text', () => {
  it('comes back as it was, and is written the same again', () => {
    const text = formatLock(lock);
    const read = parseLock(text, 'cluster.lock.json');
    expect(formatLock(read)).toBe(text);
    expect(read.files.map((one) => one.file)).toEqual(['etcdctl', 'privé/etcd.tar.gz', 'kubernetes.tar.gz']);
    expect(read.images.map((one) => one.name)).toEqual(['registry.example.com/app:1', 'registry.example.com/pause:1']);
    expect(read.files[1]?.programs.map((one) => one.name)).toEqual(['a', 'b']);
    // The order of layers means something.
    expect(read.images[0]?.layers).toEqual([`sha256:${sha('7')}`, `sha256:${sha('6')}`]);
  });

  it('does not depend on the order in which things were found', () => {
    const twins = [1, 2].map((n) =>
      file('docker', 'same.tgz', { kind: 'url', url: `https://${n}.example.com/same.tgz` }),
    );
    const files = [...lock.files, ...twins];
    const one = formatLock({ ...lock, files });
    const mirrored = files.map((each) => ({ ...each, programs: each.programs.toReversed() })).toReversed();
    expect(formatLock({ ...lock, files: mirrored, images: lock.images.toReversed() })).toBe(one);
  });

  it('may get the line ends of Windows', () => {
    expect(parseLock(formatLock(lock).replaceAll('\n', '\r\n'), 'x').cluster).toBe('guide');
  });

  it('KB4007: any byte flipped is found, with the name of the lock', () => {
    const bytes = Buffer.from(formatLock(lock));
    const passed: number[] = [];
    for (let at = 0; at < bytes.length; at += 1) {
      const spoilt = Buffer.from(bytes);
      spoilt[at] = (spoilt[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8));
      const error = refusal(spoilt.toString('utf8'));
      if (error?.code !== 'KB4007' || !error.message.startsWith('sub/cluster.lock.json ')) passed.push(at);
    }
    expect(passed).toEqual([]);
  });

  it('KB4007: any byte left out or put in is found', () => {
    const text = formatLock(lock);
    for (let at = 0; at <= text.length; at += 7) {
      expect(refusal(text.slice(0, at) + text.slice(at + 1))?.code, `without ${at}`).toBe(
        at < text.length ? 'KB4007' : undefined,
      );
      expect(refusal(`${text.slice(0, at)} ${text.slice(at)}`)?.code, `blank at ${at}`).toBe('KB4007');
    }
  });

  it.each([
    ['was changed by hand', withValue({ cluster: 'other' }), 'does not match its own digest'],
    ['has one key more', withValue({ more: 1 }), 'does not match its own digest'],
    ['is of another version', withValue({ lockVersion: 2 }), 'has the lock version 2, not 1'],
    ['has no files', withValue({ files: {} }), 'does not match its own digest'],
    ['has a file that is none', withValue({ files: [null] }), 'does not match its own digest'],
    ['has an image without source', withValue({ images: [{}] }), 'does not match its own digest'],
    ['lost its end', formatLock(lock).slice(0, 400), 'is not JSON any more'],
    ['is empty', '', 'is not JSON any more'],
    ['has the marks of a merge', `<<<<<<< HEAD\n${formatLock(lock)}`, 'is not JSON any more'],
    ['is no lock', '{"name": "guide"}', 'is no lock of kubebale'],
    ['is a list', '[]', 'is no lock of kubebale'],
  ])('KB4007: one that %s', (_name, text, why) => {
    const error = refusal(text);
    expect(error?.code).toBe('KB4007');
    expect(error?.message).toContain(`sub/cluster.lock.json ${why}`);
    expect(error?.hint).toContain('version control');
  });
});

/** A lock with one value exchanged, and the integrity that fits it, as somebody writes it who knows how. */
function forged(change: (lock: Record<'files' | 'images', Record<string, unknown>[]>) => void): string {
  const { integrity: _, ...content } = JSON.parse(formatLock(lock));
  change(content);
  const integrity = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return `${JSON.stringify({ ...content, integrity }, null, 2)}\n`;
}

describe('a lock whose digest is right', () => {
  it('is taken when nothing was changed', () => {
    expect(refusal(forged(() => undefined))).toBeUndefined();
  });

  it('KB4007: a value of another type is refused wherever it stands, and nothing stumbles over it', () => {
    const content: unknown = JSON.parse(formatLock(lock));
    const tried: string[] = [];
    for (const group of ['files', 'images'] as const) {
      for (const key of Object.keys(Object(content)[group][0])) {
        for (const wrong of [null, 5, { size: 'x' }, ['x'], [{ name: {} }]]) {
          if (key === 'size' && wrong === 5) continue;
          const text = forged((one) => Object.assign(one[group][0] ?? {}, { [key]: wrong }));
          expect(refusal(text)?.code, `${group} ${key} ${JSON.stringify(wrong)}`).toBe('KB4007');
          tried.push(key);
        }
      }
    }
    expect(tried).toContain('programs');
    expect(tried).toContain('layers');
  });

  it.each(['../../../etc/passwd', 'AB'.repeat(32), ''])('KB4007: %j is no SHA-256', (sha256) => {
    expect(refusal(forged(({ files: [first] }) => Object.assign(first ?? {}, { sha256 })))?.code).toBe('KB4007');
  });
});

describe('what was accepted once', () => {
  const source = { component: 'etcd', release: '1.2.3', kind: 'loose', file: 'etcdctl' } as const;

  it('counts for the same file of the same release only', () => {
    expect(acceptedHash(lock, source)).toBe(sha('1'));
    expect(acceptedHash(lock, { ...source, release: '1.2.4' })).toBeUndefined();
    expect(acceptedHash(lock, { ...source, url: 'https://example.com/etcdctl' })).toBeUndefined();
    expect(acceptedHash(lock, { ...source, kind: 'file' })).toBeUndefined();
    expect(acceptedHash(undefined, source)).toBeUndefined();
  });

  it('is not what the specification said', () => {
    expect(acceptedHash(lock, { ...source, kind: 'file', file: 'privé/etcd.tar.gz' })).toBeUndefined();
  });
});
