import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttp, type Http } from '../../src/fetch/http.ts';
import { explainFailure } from '../../src/fetch/http-errors.ts';
import { mirrorUrls } from '../../src/fetch/mirror.ts';
import { nextHop } from '../../src/fetch/redirects.ts';
import { shownUrl } from '../../src/fetch/shown-url.ts';
import type { RegistryHttp } from '../../src/images/registry-http.ts';
import { faultServer } from '../support/fault-server.ts';
import { scratch } from '../support/unpack.ts';
import { forwardProxy } from './forward-proxy.ts';
import { failure, setting } from './setting.ts';

const { signal } = new AbortController();
const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

function client(env: Readonly<Record<string, string>> = {}): Http {
  const http = createHttp({ env, userAgent: 'kubebale/test' });
  open.push(() => http.close());
  return http;
}

async function text(http: RegistryHttp, url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const { status, body } = await http.get(url, { headers, signal });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return `${status} ${Buffer.concat(chunks)}`;
}

/** A server with a certificate that nobody knows. */
async function selfSigned(): Promise<number> {
  const folder = scratch('tls');
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1';
  execFileSync('openssl', [...request.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.end('x'));
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => server.close());
  const bound = server.address();
  return bound !== null && typeof bound === 'object' ? bound.port : 0;
}

describe('the http client', () => {
  const test = setting();

  it('says who it is, wants the bytes as they are, and does not unpack them', async () => {
    test.server.route('/f', { body: Buffer.from('not gzip'), headers: { 'content-encoding': 'gzip' } });
    expect(await text(client(), test.server.url('/f'), { accept: 'a/b' })).toBe('200 not gzip');
    expect(test.server.asked('/f')[0]).toMatchObject({
      'user-agent': 'kubebale/test',
      'accept-encoding': 'identity',
      accept: 'a/b',
    });
  });

  it('uses user and password of the URL, and shows them to nobody', async () => {
    const url = test.server.url('/f').replace('//', '//me:p%40ss@');
    test.server.route('/f', { body: Buffer.from('x') });
    await client().get(url, { signal });
    expect(test.server.asked('/f')[0]?.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    expect(shownUrl(`${url}?X-Signature=abc`)).toBe(`${test.server.url('/f')}?...`);
    expect(shownUrl('me:secret@host/path?token=t')).toBe('host/path?...');
  });

  it('loses Authorization on the way to another origin only', async () => {
    const other = await faultServer({ '/there': { body: Buffer.from('x') } });
    open.push(() => other.close());
    test.server.route('/f', { status: 307, headers: { location: '/g' } });
    test.server.route('/g', { status: 307, headers: { location: other.url('/there') } });
    expect(await text(client(), test.server.url('/f'), { Authorization: 'Bearer t', accept: 'a/b' })).toBe('200 x');
    expect(await text(client(), test.server.url('/f').replace('//', '//me:p@'))).toBe('200 x');
    expect(test.server.asked('/g').map(({ authorization }) => authorization)).toEqual(['Bearer t', 'Basic bWU6cA==']);
    expect(other.asked('/there').map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
    expect(other.asked('/there')[0]?.accept).toBe('a/b');
  });

  it('KB4205: follows ten redirects, not eleven, none from https to http, and none to nowhere', async () => {
    for (let n = 0; n < 12; n++) test.server.route(`/${n}`, { status: 302, headers: { location: `/${n + 1}` } });
    test.server.route('/10', { body: Buffer.from('x') });
    expect(await text(client(), test.server.url('/0'))).toBe('200 x');
    test.server.route('/10', { status: 302, headers: { location: '/11' } });
    expect((await failure(text(client(), test.server.url('/0')))).message).toMatch(/more than 10 times$/);
    const [secure] = [new URL('https://me:p@host/f')];
    expect(() => nextHop([secure], 'http://host/f')).toThrow(/^https:\/\/host\/f redirects from https to http:/);
    expect(nextHop([secure], '//other/g#part')).toBe('https://other/g');
    expect(() => nextHop([secure], undefined)).toThrow(/without saying where to$/);
  });

  it('KB4204: a certificate of nobody that is known', async () => {
    const error = await failure(text(client(), `https://127.0.0.1:${await selfSigned()}/f`));
    expect(error.code).toBe('KB4204');
    expect(error.message).toMatch(/self-signed$/);
    expect(error.hint).toContain('NODE_EXTRA_CA_CERTS=ca.pem');
  });

  it('KB4204: a server that speaks http only', async () => {
    test.server.route('/f', { body: Buffer.from('x') });
    const error = await failure(text(client(), test.server.url('/f').replace('http:', 'https:')));
    expect(error.code).toBe('KB4204');
  });

  it('KB4203: a host that nobody knows', () => {
    const cause = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND', hostname: 'proxy.example' });
    const error = explainFailure(cause, new URL('https://me:p@host.example/f'), 'HTTPS_PROXY');
    expect(error).toMatchObject({ code: 'KB4203', message: 'https://host.example/f: there is no host proxy.example' });
    expect(error).toHaveProperty('hint', expect.stringContaining('HTTPS_PROXY is set'));
  });

  it('KB4210: what is no URL of the web', async () => {
    for (const url of ['mirror/base/f', 'ftp://me:secret@host/f', 'file:///etc/passwd']) {
      const error = await failure(text(client(), url));
      expect(error.code).toBe('KB4210');
      expect(error.message).not.toContain('secret');
    }
    expect(() => client({ HTTPS_PROXY: 'socks5://me:secret@host:1080' })).toThrow(
      /^HTTPS_PROXY is not the http or https URL of a proxy$/,
    );
  });

  it('throws the reason of the signal, before and within the body', async () => {
    test.server.route('/f', { silent: true });
    test.server.route('/g', { body: 1000, stallAfter: 10 });
    for (const path of ['/f', '/g']) {
      const abort = new AbortController();
      const reason = new Error('Ctrl-C');
      setTimeout(() => abort.abort(reason), 50);
      const run = client()
        .get(test.server.url(path), { signal: abort.signal })
        .then(async ({ body }) => {
          for await (const _ of body);
        });
      await expect(run).rejects.toBe(reason);
    }
  });
});

describe('the proxy of the environment', () => {
  const test = setting();

  async function through(login?: string) {
    const proxy = await forwardProxy(login);
    open.push(() => proxy.close());
    test.server.route('/f', { body: Buffer.from('x') });
    return proxy;
  }

  it.each(['HTTP_PROXY', 'http_proxy'])('%s is asked for http URLs by their whole URI', async (name) => {
    const proxy = await through();
    const url = test.server.url('/f');
    expect(await text(client({ [name]: `127.0.0.1:${proxy.port}` }), `${url}?a=1`)).toBe('200 x');
    expect(proxy.asked).toEqual([`GET ${url}?a=1`]);
    expect(test.server.asked('/f').length).toBe(1);
  });

  it.each(['127.0.0.1', '*', 'x, .0.0.1', (port: number) => `127.0.0.1:${port}`])(
    'is not asked for hosts in NO_PROXY (%s)',
    async (hosts) => {
      const proxy = await through();
      const NO_PROXY = typeof hosts === 'string' ? hosts : hosts(test.server.port);
      const http = client({ HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY });
      expect(await text(http, test.server.url('/f'))).toBe('200 x');
      expect(proxy.asked).toEqual([]);
    },
  );

  it('is asked for hosts that are not in NO_PROXY', async () => {
    const proxy = await through();
    const http = client({ HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: '127.0.0.2,127.0.0.1:1,localhost' });
    await text(http, test.server.url('/f'));
    expect(proxy.asked.length).toBe(1);
  });

  it('is asked for a tunnel for https URLs, by HTTPS_PROXY only', async () => {
    const proxy = await through();
    const port = await selfSigned();
    const address = `http://127.0.0.1:${proxy.port}`;
    const url = `https://127.0.0.1:${port}/f`;
    expect(await failure(text(client({ HTTPS_PROXY: address }), url))).toMatchObject({ code: 'KB4204' });
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${port}`]);
    expect(await failure(text(client({ HTTP_PROXY: address }), url))).toMatchObject({ code: 'KB4204' });
    expect(proxy.asked.length).toBe(1);
  });

  it('does not come from the environment of the process', async () => {
    const proxy = await through();
    process.env.HTTP_PROXY = `http://127.0.0.1:${proxy.port}`;
    try {
      await text(client(), test.server.url('/f'));
    } finally {
      delete process.env.HTTP_PROXY;
    }
    expect(proxy.asked).toEqual([]);
  });

  it('KB4203: wants a login, gets it from the URL of the proxy, and nobody is told the password', async () => {
    const proxy = await through(`Basic ${Buffer.from('me:secret').toString('base64')}`);
    const good = `http://me:secret@127.0.0.1:${proxy.port}`;
    expect(await text(client({ HTTP_PROXY: good }), test.server.url('/f'))).toBe('200 x');
    const bad = { HTTP_PROXY: good.replace('secret', 'sesame'), HTTPS_PROXY: good.replace('secret', 'sesame') };
    for (const url of [test.server.url('/f'), 'https://127.0.0.1:1/f']) {
      const error = await failure(text(client(bad), url));
      expect(error).toMatchObject({ code: 'KB4203' });
      expect(error.message).toMatch(/: the proxy refuses it with status 407$/);
      expect(`${error.message} ${error.hint}`).not.toContain('sesame');
    }
  });

  it.each([
    ['me', 'me:'],
    ['me:100%25%', 'me:100%25%'],
  ])('gets a login as odd as %s', async (login, sent) => {
    const proxy = await through(`Basic ${Buffer.from(sent).toString('base64')}`);
    const http = client({ HTTP_PROXY: `http://${login}@127.0.0.1:${proxy.port}` });
    expect(await text(http, test.server.url('/f'))).toBe('200 x');
  });

  it('KB4203: is not there', async () => {
    const error = await failure(text(client({ HTTP_PROXY: 'http://me:secret@127.0.0.1:1' }), test.server.url('/f')));
    expect(error).toMatchObject({ code: 'KB4203' });
    expect(error.message).toMatch(/: the connection to 127\.0\.0\.1:1 was refused$/);
    expect(error.hint).toMatch(/^HTTP_PROXY is set/);
  });
});

describe('a mirror', () => {
  it('is asked by host and path, by path, and by name', () => {
    const url = 'https://storage.example:8443/release/v1.3.0/kubernetes.tar.gz';
    expect(mirrorUrls(url, undefined)).toEqual([url]);
    expect(mirrorUrls(url, 'http://m/base/')).toEqual([
      'http://m/base/storage.example:8443/release/v1.3.0/kubernetes.tar.gz',
      'http://m/base/release/v1.3.0/kubernetes.tar.gz',
      'http://m/base/kubernetes.tar.gz',
    ]);
    expect(mirrorUrls('https://h/a.tgz', 'http://m')).toEqual(['http://m/h/a.tgz', 'http://m/a.tgz']);
  });
});
