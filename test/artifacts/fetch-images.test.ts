import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allArtifacts } from '../support/artifacts.ts';
import { archiveOf, imageOf, savedOld, type TestImage } from '../support/images.ts';
import { pushImage, startRegistry, type TestRegistry } from '../support/registry.ts';
import { minimal } from '../support/specs.ts';
import { hashOf, Workplace, words } from './workplace.ts';

const trust = '--trust-first-use';
const given = ['--artifacts', 'art', '--quiet'];
const pause = 'registry.Xcloud.com/public/pause:1.0.2';

let registry: TestRegistry;
let image: TestImage;
let digest = '';
beforeEach(async () => {
  registry = await startRegistry();
  image = await imageOf(['pause']);
  digest = String(pushImage(registry, '3.0', image).digest);
});
afterEach(() => registry.close());

const reference = (end: string): string => `${registry.host}/public/app${end}`;

function specOf(end: string): object {
  const images = [{ name: pause, from: reference(end), insecure: true }];
  return minimal({ registry: { host: 'registry.Xcloud.com', pauseImage: pause }, images });
}

/** All programs are here and accepted, the image is in the registry. */
async function placeWith(end: string): Promise<Workplace> {
  const place = new Workplace(specOf(end));
  await place.lay(allArtifacts.filter((name) => name !== 'pause.tar'));
  await place.lock([trust, '--allow-missing']);
  return place;
}

describe('kubebale fetch: images', () => {
  it('pulls by digest, lays pause.tar into the folder, and asks no second time', async () => {
    const place = await placeWith(`:3.0@${digest}`);
    expect(await place.fetch(given)).toMatchObject({ code: 0, err: '' });
    const [locked] = place.locked().images;
    expect(locked).toMatchObject({
      name: pause,
      from: reference(`:3.0@${digest}`),
      trust: 'specification',
      id: image.id,
    });
    expect(hashOf(join(place.art, 'pause.tar'))).toBe(locked?.sha256);
    const text = place.lockText();
    const count = registry.asked.length;
    rmSync(join(place.art, 'pause.tar'));
    expect(await place.fetch(given)).toMatchObject({ code: 0, err: '' });
    rmSync(place.cache, { recursive: true });
    expect(await place.fetch(given)).toMatchObject({ code: 0, err: '' });
    expect(await place.lock()).toMatchObject({ code: 0, err: '' });
    expect(registry.asked.length).toBe(count);
    expect(place.lockText()).toBe(text);
    expect((await place.compile()).code).toBe(0);
  });

  it('KB4010: a tag is no hash; accepted once, its digest is what is pulled from then on', async () => {
    const place = await placeWith(':3.0');
    const result = await place.fetch(given);
    expect(words(result)).toContain(`no hash is known of ${reference(':3.0')}, so it was not fetched`);
    expect(registry.asked).toEqual([]);
    expect((await place.fetch([...given, trust])).code).toBe(0);
    const text = place.lockText();
    expect(place.locked().images[0]).toMatchObject({ from: reference(`:3.0@${digest}`), trust: 'first-use' });
    // The tag moves on; the lock does not.
    pushImage(registry, '3.0', await imageOf(['another']));
    rmSync(place.cache, { recursive: true });
    rmSync(join(place.art, 'pause.tar'));
    expect(await place.fetch(given)).toMatchObject({ code: 0, err: '' });
    expect(place.lockText()).toBe(text);
  });

  it('KB4008: compile, when another reference is asked for; KB4009: fetch, while the old image lies in the folder', async () => {
    const place = await placeWith(`:3.0@${digest}`);
    expect((await place.fetch(given)).code).toBe(0);
    const next = String(pushImage(registry, '3.1', await imageOf(['another'])).digest);
    place.specify(specOf(`:3.1@${next}`));
    expect(words(await place.compile())).toMatch(/KB4008: cluster\.lock\.json does not have pause\.tar/);
    const refused = await place.fetch(given);
    expect(refused.code).toBe(1);
    expect(words(refused)).toContain(`pause.tar is the image ${reference(':3.0@sha256:')}`);
    expect(words(refused)).toContain('move that file away, and run kubebale fetch');
    rmSync(join(place.art, 'pause.tar'));
    expect(await place.fetch(given)).toMatchObject({ code: 0, err: '' });
    expect(place.locked().images[0]?.from).toBe(reference(`:3.1@${next}`));
    expect((await place.compile()).code).toBe(0);
  });

  it('KB4316: what docker login wrote is broken, which is no matter when nothing is pulled', async () => {
    const place = await placeWith(`:3.0@${digest}`);
    mkdirSync(place.path('docker'));
    const config = place.path('docker/config.json');
    writeFileSync(config, 'SECRET');
    const env = { DOCKER_CONFIG: place.path('docker') };
    const result = await place.fetch(given, { env });
    expect(result.code).toBe(1);
    expect(words(result)).toMatch(/KB4316: \S+docker\/config\.json is no config\.json of docker/);
    expect(words(result)).not.toContain('SECRET');
    writeFileSync(config, '{"auths": {}}');
    expect(await place.fetch(given, { env })).toMatchObject({ code: 0, err: '' });
    writeFileSync(config, 'SECRET');
    expect(await place.fetch(given, { env })).toMatchObject({ code: 0, err: '' });
  });

  it('a file in the folder is used and nothing is pulled', async () => {
    const place = await placeWith(':3.0');
    await archiveOf(join(place.art, 'pause.tar'), savedOld(image, null));
    expect((await place.fetch([...given, trust])).code).toBe(0);
    expect(registry.asked).toEqual([]);
    expect(place.locked().images[0]?.from).toBeUndefined();
    expect((await place.compile()).code).toBe(0);
  });

  it('an image that cannot be had leaves the lock as it was', async () => {
    const place = await placeWith(`:3.0@${digest}`);
    const text = place.lockText();
    registry.blobs.clear();
    registry.manifests.clear();
    const result = await place.fetch(given);
    expect(result.code).toBe(1);
    expect(words(result)).toMatch(/error KB43\d\d/);
    expect(place.lockText()).toBe(text);
    expect(existsSync(join(place.art, 'pause.tar'))).toBe(false);
  });

  it('--dry-run lists it until it is kept', async () => {
    const place = await placeWith(`:3.0@${digest}`);
    const dry = ['--artifacts', 'art', '--dry-run', '--format', 'json'];
    const before = JSON.parse((await place.fetch(dry)).out);
    expect(before.downloads).toMatchObject([{ kind: 'image', from: reference(`:3.0@${digest}`), file: 'pause.tar' }]);
    await place.fetch(['--artifacts', 'art']);
    rmSync(join(place.art, 'pause.tar'));
    expect(JSON.parse((await place.fetch(dry)).out)).toMatchObject({ downloads: [], missing: [] });
  });
});
