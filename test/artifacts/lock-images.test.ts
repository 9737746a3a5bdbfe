import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allArtifacts } from '../support/artifacts.ts';
import { archiveOf, imageOf, savedNew, savedOld } from '../support/images.ts';
import { host, minimal } from '../support/specs.ts';
import { hashOf, Workplace, words } from './workplace.ts';

const trust = '--trust-first-use';
const programs = allArtifacts.filter((name) => name !== 'pause.tar');
const pause = 'registry.Xcloud.com/public/pause:1.0.2';
const app = 'registry.Xcloud.com/public/app:1.4';

async function laid(spec?: object): Promise<Workplace> {
  const place = new Workplace(spec);
  await place.lay(programs);
  return place;
}

const specOf = (more: object = {}) =>
  minimal({ registry: { host: 'registry.Xcloud.com', pauseImage: pause }, ...more });

describe('kubebale lock: images', () => {
  it('pause.tar gets the name of the specification, whatever it was called', async () => {
    const place = await laid(specOf());
    const image = await imageOf(['pause']);
    await archiveOf(join(place.art, 'pause.tar'), savedNew(image, ['gcr.io/google_containers/pause-amd64:3.0'], true));
    expect((await place.lock([trust])).code).toBe(0);
    const [locked] = place.locked().images;
    expect(locked).toMatchObject({
      name: pause,
      archive: 'pause.tar',
      trust: 'first-use',
      id: image.id,
      layers: image.diffIds,
    });
    expect(locked?.source.sha256).toBe(hashOf(join(place.art, 'pause.tar')));
    expect(locked?.sha256).not.toBe(locked?.source.sha256);
    expect(hashOf(place.kept(locked?.sha256 ?? ''))).toBe(locked?.sha256);
  });

  it('further images: a pinned file, and one under its file name in the artifacts folder', async () => {
    const place = await laid();
    mkdirSync(place.path('images'));
    await archiveOf(place.path('images', 'a.tar'), savedOld(await imageOf(['app']), [app]));
    await archiveOf(join(place.art, 'public-tool-2.tar'), savedOld(await imageOf(['tool']), null));
    await archiveOf(join(place.art, 'pause.tar'), savedOld(await imageOf(['pause']), null));
    const sha256 = hashOf(place.path('images', 'a.tar'));
    const tool = 'registry.Xcloud.com/public/tool:2';
    const images = [
      { name: app, file: 'images/a.tar', sha256 },
      { name: tool, from: 'docker.io/library/tool:2' },
    ];
    place.specify(specOf({ images }));
    const { code, err } = await place.lock([trust]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(place.locked().images).toMatchObject([
      { name: app, archive: 'public-app-1.4.tar', file: 'images/a.tar', trust: 'specification', source: { sha256 } },
      { name: pause, archive: 'pause.tar', trust: 'first-use' },
      { name: tool, archive: 'public-tool-2.tar', trust: 'first-use' },
    ]);
    const text = place.lockText();
    expect((await place.lock()).code).toBe(0);
    expect(place.lockText()).toBe(text);
  });

  it('KB4008: a file of the artifacts folder is locked for what the specification said to pull then', async () => {
    const place = await laid();
    await archiveOf(join(place.art, 'pause.tar'), savedOld(await imageOf(['pause']), null));
    await archiveOf(join(place.art, 'public-app-1.4.tar'), savedOld(await imageOf(['app']), null));
    const ask = (from: string) => place.specify(specOf({ images: [{ name: app, from }] }));
    ask('docker.io/acme/app:1');
    expect((await place.lock([trust])).code).toBe(0);
    const text = place.lockText();
    expect(place.locked().images[0]).toMatchObject({ name: app, asked: 'docker.io/acme/app:1' });
    expect((await place.compile()).code).toBe(0);
    ask('docker.io/acme/app:2');
    expect(words(await place.compile())).toMatch(/KB4008: cluster\.lock\.json does not have public-app-1\.4\.tar/);
    expect(words(await place.lock())).toMatch(/KB4010.*no hash is known of public-app-1\.4\.tar/);
    expect(place.lockText()).toBe(text);
    expect((await place.lock([trust])).code).toBe(0);
    expect(place.locked().images[0]?.asked).toBe('docker.io/acme/app:2');
    expect((await place.compile()).code).toBe(0);
  });

  it('KB4009: an image that is not the pinned one, and one that is not the accepted one', async () => {
    const place = await laid();
    await archiveOf(join(place.art, 'pause.tar'), savedOld(await imageOf(['pause']), null));
    await archiveOf(place.path('a.tar'), savedOld(await imageOf(['app']), null));
    const good = hashOf(place.path('a.tar'));
    place.specify(specOf({ images: [{ name: app, file: 'a.tar', sha256: good }] }));
    expect((await place.lock([trust])).code).toBe(0);
    await archiveOf(join(place.art, 'pause.tar'), savedOld(await imageOf(['other pause']), null));
    await archiveOf(place.path('a.tar'), savedOld(await imageOf(['other app']), null));
    const result = await place.lock([trust]);
    expect(result.code).toBe(1);
    expect(words(result)).toMatch(new RegExp(`a\\.tar has the SHA-256 \\w+, but the specification says ${good}`));
    expect(words(result)).toMatch(/pause\.tar has the SHA-256 \w+, but cluster\.lock\.json has recorded/);
  });

  it('KB4010: an image without a hash, and one whose hash the specification says no longer', async () => {
    const place = await laid(specOf());
    await archiveOf(join(place.art, 'pause.tar'), savedOld(await imageOf(['pause']), null));
    expect(words(await place.lock())).toContain(
      `no hash is known of pause.tar; here its SHA-256 is ${hashOf(join(place.art, 'pause.tar'))}`,
    );
    await archiveOf(place.path('a.tar'), savedOld(await imageOf(['app']), null));
    place.specify(specOf({ images: [{ name: app, file: 'a.tar', sha256: hashOf(place.path('a.tar')) }] }));
    expect((await place.lock([trust])).code).toBe(0);
    place.specify(specOf({ images: [{ name: app, file: 'a.tar' }] }));
    const result = await place.lock();
    expect(words(result)).toContain('no hash is known of a.tar');
    expect(words(result)).not.toContain('no hash is known of pause.tar');
  });

  it('KB4011: an image file that is not there; KB4002: one that is no file', async () => {
    const place = await laid(specOf({ images: [{ name: app, file: 'a.tar' }] }));
    mkdirSync(join(place.art, 'pause.tar'));
    const text = words(await place.lock([trust]));
    expect(text).toMatch(/KB4011: \S+a\.tar cannot be used: it does not exist/);
    expect(text).toMatch(/KB4002: \S+pause\.tar cannot be used: it is no regular file/);
  });

  it('nodes of two architectures have their images in folders', async () => {
    const hosts = [host(1), host(2), host(3, ['node'], { architecture: 'arm64' })];
    const place = new Workplace(specOf({ hosts }));
    await place.layFor('amd64');
    await place.layFor('arm64');
    const { code, err } = await place.lock([trust]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const [index, architecture] of ['amd64', 'arm64'].entries()) {
      const source = { sha256: hashOf(join(place.art, architecture, 'pause.tar')) };
      expect(place.locked().images[index]).toMatchObject({ name: pause, architecture, archive: 'pause.tar', source });
    }
  });
});
