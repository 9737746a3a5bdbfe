import { describe, expect, it } from 'vitest';
import { ArtifactError } from '../../src/artifacts/artifact-error.ts';
import { parseChallenge } from '../../src/images/challenge.ts';
import { parseCredentials } from '../../src/images/credentials.ts';
import { apiHost, canonicalName, parseReference, repoTag } from '../../src/images/reference.ts';

const digest = '0123456789abcdef'.repeat(4);
const none = { tag: undefined, digest: undefined };

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ArtifactError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'nothing was thrown';
}

describe('the name of an image', () => {
  it.each([
    [
      'registry.Xcloud.com/public/pause:1.0.2',
      { registry: 'registry.Xcloud.com', repository: 'public/pause', tag: '1.0.2' },
    ],
    [
      `gcr.io/a_b/pause-amd64:3.0@sha256:${digest}`,
      { registry: 'gcr.io', repository: 'a_b/pause-amd64', tag: '3.0', digest },
    ],
    [`host:5000/a/b@sha256:${digest}`, { registry: 'host:5000', repository: 'a/b', digest }],
    ['localhost/a', { registry: 'localhost', repository: 'a' }],
    ['localhost:5000/a/b', { registry: 'localhost:5000', repository: 'a/b' }],
    ['busybox', { registry: 'docker.io', repository: 'library/busybox' }],
    ['docker.io/busybox:1', { registry: 'docker.io', repository: 'library/busybox', tag: '1' }],
    ['google/pause:latest', { registry: 'docker.io', repository: 'google/pause', tag: 'latest' }],
  ])('%s is taken apart as docker does', (name, parts) => {
    expect(parseReference(name)).toEqual({ ...none, ...parts });
  });

  it.each([
    '',
    'A/b',
    'a b',
    'x.y/',
    'x.y//a',
    'a:',
    'a:-b',
    'a@sha256:12',
    'a@md5:1',
    '-x.y/a',
    'x.y:99999/a',
    '../a.b/c',
    'x.y/a..b',
    'https://x.y/a',
    'a\nb',
    `x.y/${'a'.repeat(255)}`,
  ])('KB4310: %j is none', (name) => {
    expect(codeOf(() => parseReference(name))).toMatch(/^KB4310 .* is not the name of an image/);
  });

  it('is the same however Docker Hub is written, and latest when there is no tag', () => {
    for (const name of ['busybox', 'library/busybox:latest', 'docker.io/busybox', 'index.docker.io/library/busybox']) {
      expect(canonicalName(name)).toBe('docker.io/library/busybox:latest');
    }
    expect(canonicalName('X.y/a:1')).toBe(canonicalName(`x.Y/a:1@sha256:${digest}`));
    expect(apiHost('docker.io')).toBe(apiHost('index.docker.io'));
    expect(apiHost('x.y:5000')).toBe('x.y:5000');
  });

  it('KB4310: becomes one that docker can load an image under, which a digest alone is not', () => {
    expect(repoTag('x.y/a')).toBe('x.y/a:latest');
    expect(repoTag(`X.y:1/a:2@sha256:${digest}`)).toBe('X.y:1/a:2');
    expect(codeOf(() => repoTag(`x.y/a@sha256:${digest}`))).toMatch(/^KB4310 .*a digest and no tag/);
  });
});

describe('WWW-Authenticate', () => {
  it.each([
    ['Basic realm="x"', { scheme: 'basic' }],
    ['bearer realm="https://a/t"', { scheme: 'bearer', realm: 'https://a/t' }],
    [
      'Bearer realm="https://a/t",service="a, \\"b\\"",scope="repository:a/b:pull,push"',
      { scheme: 'bearer', realm: 'https://a/t', service: 'a, "b"', scope: 'repository:a/b:pull,push' },
    ],
    ['Basic realm="x", Bearer realm="https://a/t",service=b', { scheme: 'bearer', realm: 'https://a/t', service: 'b' }],
    ['Negotiate, Basic realm="Bearer"', { scheme: 'basic' }],
    ['Negotiate', undefined],
    ['Bearer service="b"', undefined],
    ['', undefined],
  ])('%s', (header, expected) => {
    expect(parseChallenge(header)).toEqual(expected);
  });
});

describe('a file of credentials', () => {
  const parse = (value: unknown) => parseCredentials(Buffer.from(JSON.stringify(value)), 'config.json');
  const auth = Buffer.from('robot:a:b').toString('base64');
  const robot = { username: 'robot', password: 'a:b' };

  it('gives those of a registry, however its key is written', () => {
    const of = parse({ auths: { 'https://x.y:5000/v1/': { auth }, 'A.b': { username: 'u', password: 'p' } } });
    expect(of('x.y:5000')).toEqual(robot);
    expect(of('a.B')).toEqual({ username: 'u', password: 'p' });
    expect(of('x.y')).toBeUndefined();
    expect(parse({ auths: { 'https://index.docker.io/v1/': { auth } } })('docker.io')).toEqual(robot);
  });

  it('may be the older form, and may hold entries without anything', () => {
    expect(parse({ 'x.y': { auth, email: '' } })('x.y')).toEqual(robot);
    expect(
      parse({ auths: { 'x.y': {}, 'a.b': null, 'c.d': { auth: 'c2VjcmV0' } }, credsStore: 'x' })('x.y'),
    ).toBeUndefined();
  });

  it('KB4316: what is none, without showing what it holds', () => {
    for (const text of ['user:secret', '["secret"]', '{"auths":"secret"}', '']) {
      const error = codeOf(() => parseCredentials(Buffer.from(text), 'config.json'));
      expect(error).toMatch(/^KB4316 config.json is no config.json of docker$/);
    }
  });
});
