import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DigestCache } from '../../src/artifacts/digest-cache.ts';
import { provideArtifacts } from '../../src/artifacts/provide.ts';
import { Store } from '../../src/artifacts/store.ts';
import { check } from '../../src/compile.ts';
import { Diagnostics } from '../../src/diagnostics/collector.ts';
import { publicUrl } from '../../src/fetch/shown-url.ts';
import { program } from '../archive/programs.ts';
import { allArtifacts } from '../support/artifacts.ts';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { sha256 } from '../support/images.ts';
import { minimal } from '../support/specs.ts';
import { Workplace, words } from './workplace.ts';

const path = '/files/flanneld';
const query = '?private_token=SECRET';
const flanneld = program('flanneld');
let server: FaultServer;

beforeAll(async () => {
  server = await faultServer({ [path]: { body: flanneld } });
});
afterAll(() => server.close());

async function placeWith(hash: string | undefined): Promise<Workplace> {
  const artifact = { component: 'flannel', url: server.url(`${path}${query}`), sha256: hash };
  const place = new Workplace(minimal({ artifacts: [artifact] }));
  await place.lay(allArtifacts.filter((name) => name !== 'flanneld'));
  return place;
}

/** Where the programs come from, as the bundles are told. */
async function provided(place: Workplace): Promise<readonly (string | undefined)[]> {
  const file = place.path('cluster.json');
  const { plan } = check({ path: file, bytes: readFileSync(file) });
  if (!plan) throw new Error('no plan');
  const settings = {
    ...{ lock: place.locked(), lockFile: 'cluster.lock.json', specFolder: place.folder, folders: [place.art] },
    ...{ store: new Store(place.cache), digests: new DigestCache(place.path('digests')), allowMissing: false },
    signal: new AbortController().signal,
  };
  const files = await provideArtifacts(plan, plan.hosts, settings, new Diagnostics());
  return files.map(({ from }) => from.url);
}

describe('a URL with a token in its query', () => {
  it('is in the lock, and in nothing that goes to the hosts', async () => {
    const place = await placeWith(sha256(flanneld));
    expect(await place.fetch(['--artifacts', 'art', '--trust-first-use'])).toMatchObject({ code: 0, err: '' });
    expect(place.lockText()).toContain('SECRET');
    expect(await provided(place)).toContain(server.url(path));
    expect((await place.compile()).code).toBe(0);
    const text = execFileSync('tar', ['-xzOf', place.path('out/guide/sandbox-1.tar.gz')], {
      maxBuffer: 1 << 28,
    }).toString('latin1');
    expect(text).toContain(join('files', 'flanneld'));
    expect(text).not.toContain('SECRET');
    expect(text).not.toContain('private_token');
  });

  it('KB4010: without a hash is shown without the token', async () => {
    const result = await (await placeWith(undefined)).fetch(['--artifacts', 'art']);
    expect(result.code).toBe(1);
    expect(words(result)).toContain(`no hash is known of ${server.url(path)}?..., so it was not fetched`);
    expect(words(result)).not.toContain('SECRET');
  });

  it('KB4202: the cure for a login is one that the specification permits', async () => {
    const place = await placeWith(sha256(flanneld));
    server.route(path, { status: 401 });
    const text = words(await place.fetch(['--artifacts', 'art', '--trust-first-use']));
    expect(text).toMatch(/KB4202: \S+\/files\/flanneld\?\.\.\.: the server does not give it to you/);
    expect(text).toContain('--mirror https://USER:PASSWORD@HOST, or the file with --artifacts DIR');
    expect(text).not.toContain('SECRET');
  });

  it.each([
    ['https://a.example/x.tgz', 'https://a.example/x.tgz'],
    ['https://a.example/x.tgz?t=S#S', 'https://a.example/x.tgz'],
    ['https://U:S@a.example:8443/x.tgz?t=S', 'https://a.example:8443/x.tgz'],
    ['no url?t=S', 'no url'],
  ])('%s goes to the hosts as %s', (url, shown) => {
    expect(publicUrl(url)).toBe(shown);
  });
});
