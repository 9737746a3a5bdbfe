import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArtifactError } from '../../src/artifacts/artifact-error.ts';
import { Store } from '../../src/artifacts/store.ts';
import { createHttp } from '../../src/fetch/http.ts';
import { pullImage } from '../../src/images/registry.ts';
import { imageOf, sha256, type TestImage } from '../support/images.ts';
import {
  addBlob,
  addManifest,
  dockerList,
  dockerManifest,
  ociIndex,
  ociManifest,
  pushImage,
  startRegistry,
  type TestRegistry,
} from '../support/registry.ts';
import { scratch } from '../support/unpack.ts';

const http = createHttp({ env: {}, userAgent: 'kubebale-test' });
const { signal } = new AbortController();
const password = 'pa55-w0rd-that-nobody-may-see';
const credentials = () => ({ username: 'robot', password });

let registry: TestRegistry;
let store = new Store('');
let image: TestImage;
let name = '';
let slept: number[] = [];
beforeEach(async () => {
  registry = await startRegistry();
  store = new Store(join(scratch('registry'), 'store'));
  image = await imageOf(['one', 'two']);
  name = `${registry.host}/public/app:1.4`;
  slept = [];
});
afterEach(() => registry.close());
afterAll(() => http.close());

const pull = (wanted = name, options: Partial<Parameters<typeof pullImage>[1]> = {}) =>
  pullImage(wanted, {
    architecture: 'amd64',
    store,
    http,
    signal,
    insecure: false,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
    },
    ...options,
  });

/** That pulling fails with that code and words, shows no secret, and leaves nothing half-done. */
async function fails(code: string, words: string, promise = pull()): Promise<void> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ArtifactError)) throw error;
  const { message, hint } = error;
  expect(message).toContain(words);
  expect(error.code).toBe(code);
  expect(hint).toMatch(/\S/);
  for (const secret of [password, Buffer.from(`robot:${password}`).toString('base64'), 't0ken']) {
    expect(`${message} ${hint} ${String(error.cause)}`).not.toContain(secret);
  }
  const temporary = join(store.folder, 'tmp');
  expect(existsSync(temporary) ? readdirSync(temporary) : []).toEqual([]);
}

describe('pulling an image', () => {
  it('by tag gives its configuration and its layers, not packed', async () => {
    const { digest } = pushImage(registry, '1.4', image);
    let received = 0;
    const onReceived = (bytes: number): void => {
      received += bytes;
    };
    const pulled = await pull(name, { onReceived });
    expect(pulled).toMatchObject({ id: image.id, diffIds: image.diffIds, manifestDigest: digest });
    for (const [index, layer] of pulled.layers.entries()) {
      expect(readFileSync(store.path(layer.sha256))).toEqual(image.layers[index]);
    }
    expect(readFileSync(store.path(pulled.config.sha256))).toEqual(image.config);
    const layers = [...registry.blobs].filter(([key]) => !image.id.endsWith(key));
    expect(received).toBe(layers.reduce((sum, [, blob]) => sum + blob.length, 0));
    // A second time layers come from the store.
    const before = registry.asked.length;
    expect(await pull()).toEqual(pulled);
    expect(registry.asked.length - before).toBe(2);
  });

  it('by digest, whatever the tag is now', async () => {
    const { digest } = pushImage(registry, '1.4', image);
    pushImage(registry, '1.4', await imageOf(['newer']));
    expect((await pull(`${name}@${String(digest)}`)).id).toBe(image.id);
  });

  it('with one layer twice fetches it once', async () => {
    image = await imageOf(['one', 'one']);
    pushImage(registry, '1.4', image);
    expect((await pull()).diffIds).toEqual(image.diffIds);
    expect(registry.asked).toHaveLength(3);
  });

  it.each([
    ['docker', dockerList],
    ['OCI', ociIndex],
  ])('of a list of %s takes the one for linux and the architecture', async (_what, type) => {
    const other = await imageOf(['arm'], { architecture: 'arm64', os: 'linux' });
    const platform = (architecture: string, os = 'linux') => ({ platform: { architecture, os } });
    addManifest(registry, '1.4', type, {
      schemaVersion: 2,
      ...(type === dockerList && { mediaType: type }),
      manifests: [
        { ...pushImage(registry, 'windows', await imageOf(['win'])), ...platform('amd64', 'windows') },
        { ...pushImage(registry, 'arm64', other), ...platform('arm64') },
        { ...pushImage(registry, 'amd64', image), ...platform('amd64') },
        { ...pushImage(registry, 'attestation', image), ...platform('unknown', 'unknown') },
      ],
    });
    expect((await pull()).id).toBe(image.id);
    expect((await pull(name, { architecture: 'arm64' })).id).toBe(other.id);
  });

  it('of OCI with layers that are packed or not', async () => {
    addManifest(registry, '1.4', ociManifest, {
      schemaVersion: 2,
      config: addBlob(registry, image.config, 'application/vnd.oci.image.config.v1+json'),
      layers: image.layers.map((layer, index) =>
        index === 0
          ? addBlob(registry, layer, 'application/vnd.oci.image.layer.v1.tar')
          : addBlob(registry, gzipSync(layer), 'application/vnd.oci.image.layer.v1.tar+gzip'),
      ),
    });
    expect((await pull()).diffIds).toEqual(image.diffIds);
  });

  it('stops when it is told to, and leaves nothing', async () => {
    pushImage(registry, '1.4', image);
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    registry.intercept = (request, response) => {
      if (!request.url?.includes('/blobs/') || request.url.includes(image.id)) return false;
      response.writeHead(200).write('x');
      setTimeout(() => controller.abort(reason), 50);
      return true;
    };
    await expect(pull(name, { signal: controller.signal })).rejects.toBe(reason);
    expect(readdirSync(join(store.folder, 'tmp'))).toEqual([]);
  });
});

describe('a registry that is not well', () => {
  it('is not waited for any longer after Ctrl-C', async () => {
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    registry.intercept = (_, response) => {
      response.writeHead(503, { 'retry-after': '50' }).end();
      setTimeout(() => controller.abort(reason), 100);
      return true;
    };
    const pulled = pullImage(name, { architecture: 'amd64', store, http, signal: controller.signal, insecure: false });
    await expect(pulled).rejects.toBe(reason);
  });
});

describe('a registry that wants to know who asks', () => {
  /** Bearer tokens from /token, which may itself want a password. */
  function bearer(tokenName: string, wanted: string | undefined): void {
    registry.intercept = (request, response) => {
      const url = new URL(request.url ?? '', `http://${registry.host}`);
      if (url.pathname === '/token') {
        const known = wanted === undefined || request.headers.authorization === wanted;
        response.writeHead(known ? 200 : 401).end(JSON.stringify(known ? { [tokenName]: 't0ken' } : {}));
        return true;
      }
      if (request.headers.authorization === 'Bearer t0ken') return false;
      const realm = `http://${registry.host}/token`;
      const challenge = `Bearer realm="${realm}",service="the registry",scope="repository:public/app:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
      return true;
    };
  }
  const basic = `Basic ${Buffer.from(`robot:${password}`).toString('base64')}`;

  it.each(['token', 'access_token'])('by a token (%s) without credentials, fetched once', async (tokenName) => {
    pushImage(registry, '1.4', image);
    bearer(tokenName, undefined);
    expect((await pull()).id).toBe(image.id);
    const asked = registry.asked.filter((path) => path.startsWith('/token'));
    expect(asked).toEqual(['/token?service=the+registry&scope=repository%3Apublic%2Fapp%3Apull']);
  });

  it('by a token for credentials, which the registry itself never sees', async () => {
    pushImage(registry, '1.4', image);
    bearer('token', basic);
    expect((await pull(name, { credentials })).id).toBe(image.id);
    const shown = registry.authorizations.filter((_, index) => !registry.asked[index]?.startsWith('/token'));
    expect(new Set(shown)).toEqual(new Set(['', 'Bearer t0ken']));
  });

  it('by basic authentication', async () => {
    pushImage(registry, '1.4', image);
    registry.intercept = (request, response) => {
      if (request.headers.authorization === basic) return false;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end();
      return true;
    };
    expect((await pull(name, { credentials })).id).toBe(image.id);
    await fails('KB4313', 'none are known');
    await fails(
      'KB4313',
      'refuses the credentials',
      pull(name, { credentials: () => ({ username: 'robot', password: 't0ken' }) }),
    );
  });

  it('KB4313: credentials that are refused, missing, or wanted in an unknown or unsafe way', async () => {
    pushImage(registry, '1.4', image);
    bearer('token', 'Basic other');
    await fails('KB4313', 'refuses the credentials', pull(name, { credentials }));
    await fails('KB4313', 'without credentials');
    for (const [status, challenge, words] of [
      [401, 'Negotiate', 'neither bearer nor basic'],
      [401, 'Bearer realm="ftp://127.0.0.1/"', 'without https'],
      [401, 'Bearer realm="http://a:b@127.0.0.1/"', 'without https'],
      [403, '', 'refuses the credentials'],
    ] as const) {
      registry.intercept = (_request, response) => {
        response.writeHead(status, { 'www-authenticate': challenge }).end(password);
        return true;
      };
      await fails('KB4313', words, pull(name, { credentials }));
    }
  });

  it('KB4311: a token that is none', async () => {
    pushImage(registry, '1.4', image);
    for (const token of ['', 'a\r\nb', 7]) {
      bearer('token', undefined);
      const give = registry.intercept;
      registry.intercept = (request, response) => {
        if (!request.url?.startsWith('/token')) return give(request, response);
        response.end(JSON.stringify({ token }));
        return true;
      };
      await fails('KB4311', 'gives no token');
    }
  });
});

describe('a registry that is not well', () => {
  it('is asked again after 429 and 503, when it says, and after a cut line', async () => {
    pushImage(registry, '1.4', image);
    const faults = [
      (response: Parameters<TestRegistry['intercept']>[1]) => response.writeHead(429, { 'retry-after': '7' }).end(),
      (response: Parameters<TestRegistry['intercept']>[1]) => response.writeHead(503).end(),
      (response: Parameters<TestRegistry['intercept']>[1]) => response.destroy(),
    ];
    registry.intercept = (_request, response) => {
      const fault = faults.shift();
      fault?.(response);
      return fault !== undefined;
    };
    expect((await pull()).id).toBe(image.id);
    expect(slept).toEqual([7000, 1000, 2000]);
  });

  it('a blob that is cut off, with and without its length, is fetched again', async () => {
    pushImage(registry, '1.4', image);
    let cuts = 0;
    registry.intercept = (request, response) => {
      const blob = registry.blobs.get(request.url?.replace(/.*\//, '') ?? '');
      if (!blob || blob.equals(image.config) || cuts === 4) return false;
      cuts += 1;
      if (cuts % 2 === 0) response.writeHead(200).end(blob.subarray(0, -20));
      else {
        response.writeHead(200, { 'content-length': blob.length });
        response.write(blob.subarray(0, 20), () => response.destroy());
      }
      return true;
    };
    expect((await pull()).diffIds).toEqual(image.diffIds);
    expect(slept).toEqual([500, 1000, 2000, 4000]);
  });

  it('KB4311: one that stays away, or answers as none', async () => {
    registry.intercept = (_request, response) => response.writeHead(500).end() !== undefined;
    await fails('KB4311', 'failed 5 times: status 500');
    expect(slept).toEqual([500, 1000, 2000, 4000]);
    registry.intercept = (_request, response) => response.writeHead(418).end() !== undefined;
    await fails('KB4311', 'status 418');
    registry.intercept = (_request, response) => response.writeHead(200).end(Buffer.alloc(5e6, ' ')) !== undefined;
    await fails('KB4311', 'sends more than');
  });

  it('that nobody runs is said at once, and one that does not speak https with the key for it', async () => {
    const closed = await startRegistry();
    await closed.close();
    await fails('KB4203', 'was refused', pull(`${closed.host}/public/app:1`));
    const get = () => Promise.reject(new ArtifactError('KB4204', 'no TLS connection comes about', 'ask with http'));
    const error: unknown = await pull('registry.example/app:1', { http: { get } }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'KB4204', hint: expect.stringContaining('"insecure": true') });
  });

  it('KB4312: no such image', async () => {
    await fails('KB4312', '/v2/public/app/manifests/1.4: the registry does not have it');
  });

  it('KB4314: a manifest, a configuration, a layer with other bytes than its digest', async () => {
    const { digest } = pushImage(registry, '1.4', image);
    const other = pushImage(registry, 'other', await imageOf(['other']));
    registry.manifests.set(String(digest), { type: dockerManifest, bytes: Buffer.from('{}') });
    await fails('KB4314', sha256('{}'), pull(`${registry.host}/public/app@${String(digest)}`));
    registry.intercept = (request, response) => {
      if (!request.url?.includes('/manifests/')) return false;
      response.writeHead(200, { 'docker-content-digest': String(digest) });
      response.end(registry.manifests.get(String(other.digest))?.bytes);
      return true;
    };
    await fails('KB4314', 'promised');
    registry.intercept = () => false;
    for (const blob of [image.config, gzipSync(image.layers[1] ?? '')]) {
      registry.blobs.set(`sha256:${sha256(blob)}`, Buffer.from(blob).reverse());
      await fails('KB4314', `blobs/sha256:${sha256(blob)}`);
      registry.blobs.set(`sha256:${sha256(blob)}`, Buffer.concat([blob, blob]));
      await fails('KB4314', `blobs/sha256:${sha256(blob)}`);
      registry.blobs.set(`sha256:${sha256(blob)}`, blob);
    }
    await pull();
  });
});

describe('an image that cannot be used', () => {
  it('KB4308: a list without the architecture, and an image that is for another one', async () => {
    const entry = pushImage(registry, 'x', await imageOf(['x'], { architecture: 's390x', os: 'linux' }));
    const platforms = [
      { architecture: 's390x', os: 'linux' },
      { architecture: 'amd64', os: 'windows' },
    ];
    const manifests = platforms.map((platform) => ({ ...entry, platform }));
    addManifest(registry, '1.4', dockerList, { schemaVersion: 2, manifests });
    await fails('KB4308', 'linux/s390x, windows/amd64, and the hosts are linux/amd64');
    await fails('KB4308', 'linux/s390x', pull(`${registry.host}/public/app:x`));
  });

  it('KB4309: zstd and foreign layers', async () => {
    const layer = { digest: `sha256:${'0'.repeat(64)}`, size: 1 };
    for (const [more, words] of [
      [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd' }, 'zstd'],
      [{ mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }, 'foreign'],
      [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', urls: ['https://example.com'] }, 'foreign'],
    ] as const) {
      pushImage(registry, '1.4', image, { layers: [{ ...layer, ...more }] });
      await fails('KB4309', words);
    }
  });

  it('KB4315: schema 1, something that is no image, lists of lists', async () => {
    addManifest(registry, '1.4', 'application/vnd.docker.distribution.manifest.v1+prettyjws', { schemaVersion: 1 });
    await fails('KB4315', 'schema 1');
    for (const change of [
      { layers: 'x' },
      { layers: [{}] },
      { config: { digest: 'md5:1', size: 1 } },
      { config: { digest: image.id, size: 1, mediaType: 'application/vnd.cncf.helm.config.v1+json' } },
      { manifests: [] },
      { config: undefined },
    ]) {
      pushImage(registry, '1.4', image, change);
      await fails('KB4315', 'no manifest of an image');
    }
    pushImage(registry, '1.4', image, { config: { digest: image.id, size: 9e6 } });
    await fails('KB4315', '9000000 bytes');
    let entry = pushImage(registry, '1.4', image);
    const platform = { architecture: 'amd64', os: 'linux' };
    for (let depth = 0; depth < 3; depth++) {
      entry = addManifest(registry, '1.4', dockerList, { schemaVersion: 2, manifests: [{ ...entry, platform }] });
    }
    await fails('KB4315', 'list of lists');
  });

  it('KB4307: layers that are not those of the configuration', async () => {
    const other = await imageOf(['other', 'two']);
    pushImage(registry, '1.4', { ...image, layers: other.layers });
    await fails('KB4307', 'is damaged');
    pushImage(registry, '1.4', { ...image, layers: image.layers.slice(1) });
    await fails('KB4307', 'has 1 layers');
  });

  it('KB4317: a layer that is a bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(257 * 1024 * 1024));
    const layer = addBlob(registry, bomb, 'application/vnd.docker.image.rootfs.diff.tar.gzip');
    pushImage(registry, '1.4', await imageOf(['one']), { layers: [layer] });
    await fails('KB4317', 'unpacks to more');
  });
});
