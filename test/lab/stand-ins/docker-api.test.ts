import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pauseImageArchive } from '../../../src/lab/stand-ins/pause-image.ts';
import { type DockerHost, dockerHost, isRoot } from './docker-host.ts';

const name = 'registry.example.com/public/pause:1.0.2';
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
const archive = await pauseImageArchive(name, architecture);
const json = { 'Content-Type': 'application/json' };

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const get = (path: string): Asked => ({ method: 'GET', path });
const post = (path: string, body?: unknown, headers: Asked['headers'] = json): Asked => ({
  method: 'POST',
  path,
  ...(headers && { headers }),
  ...(body !== undefined && { body: typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body) }),
});
const remove = (path: string): Asked => ({ method: 'DELETE', path });

/** In this order: later ones rest on earlier ones. */
const requests: readonly Asked[] = [
  get('/_ping'),
  get('/v1.23/_ping'),
  get('/version'),
  get('/v1.99/version'),
  get('/v1.5/version'),
  get('/nope'),
  { method: 'PUT', path: '/images/json' },
  get('/images/json'),
  get('/images/nope:1/json'),
  get('/v1.23/images/nope:1/json'),
  get('/images/json?filters=x'),
  post('/images/nope/tag?repo=a'),
  remove('/images/nope'),
  post('/images/load', 'garbage that is no archive'.repeat(60), { 'Content-Type': 'application/x-tar' }),
  post('/images/load', archive, { 'Content-Type': 'application/x-tar' }),
  get(`/images/${name}/json`),
  post(`/images/${name}/tag?repo=127.0.0.1:1/x&tag=2`),
  post(`/images/${name}/tag?repo=UPPER`),
  get('/images/json'),
  post('/images/create?fromImage=127.0.0.1:1/a&tag=b'),
  post('/images/127.0.0.1:1/x/push?tag=2'),
  post('/images/127.0.0.1:1/x/push?tag=2', undefined, { ...json, 'X-Registry-Auth': 'e30=' }),
  post('/containers/create', { Image: 'nope' }),
  post('/containers/create', {}),
  post('/containers/create', 'xx'),
  post('/containers/create', { Image: name }, { 'Content-Type': 'text/plain' }),
  post('/containers/create?name=..k', { Image: name }),
  post('/containers/create?name=k1', { Image: name, Labels: { app: 'x' }, HostConfig: { NetworkMode: 'none' } }),
  post('/containers/create?name=k1', { Image: name }),
  post('/containers/k1/stop'),
  post('/containers/k1/kill'),
  post('/containers/k1/start'),
  post('/containers/k1/start'),
  get('/containers/json'),
  get('/containers/json?limit=x'),
  get(`/containers/json?filters=${encodeURIComponent('{"label":["app=x"]}')}`),
  get(`/containers/json?filters=${encodeURIComponent('{"label":["app=y"]}')}`),
  get('/containers/k1/json'),
  remove('/containers/k1'),
  remove(`/images/${name}`),
  post('/containers/k1/kill?signal=NOPE'),
  post('/containers/k1/kill'),
  post('/containers/k1/stop'),
  remove('/containers/k1'),
  remove('/containers/k1'),
  post('/containers/nope/start'),
  post('/containers/nope/stop'),
  post('/containers/nope/kill'),
  get('/containers/nope/json'),
  get('/containers/json?all=1'),
  post('/containers/create?name=k2', {
    Image: '127.0.0.1:1/x:2',
    Entrypoint: ['/nothing'],
    HostConfig: { NetworkMode: 'none' },
  }),
  post('/containers/k2/start'),
  remove('/images/127.0.0.1:1/x:2'),
  remove('/containers/k2?force=1'),
  remove('/images/127.0.0.1:1/x:2'),
  get('/images/json'),
];

/** What an answer says that does not depend on who gives it: IDs and times are replaced. */
function essence(status: number, text: string): string {
  const plain = text.replaceAll(/[0-9a-f]{64}/g, 'ID').replaceAll(/\b[0-9a-f]{12}\b/g, 'SHORT');
  if (status >= 400 || plain.includes('"error"')) return `${status} ${plain.trim()}`;
  const parsed: unknown = plain.startsWith('[') || plain.startsWith('{') ? firstJson(plain) : plain;
  if (!Array.isArray(parsed)) return `${status} ${keys(parsed).join(' ')}`;
  return `${status} ${parsed.length}: ${keys(parsed[0]).join(' ')}`;
}

function firstJson(text: string): unknown {
  return JSON.parse(text.split('\r\n')[0] ?? '');
}

/** Of an object, those fields that a kubelet or a script reads; of anything else, itself. */
function keys(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  const wanted = ['Id', 'ApiVersion', 'Version', 'RepoTags', 'RootFS', 'State', 'Status', 'Names', 'Image', 'Untagged'];
  const flat = { ...value, ...('State' in value && typeof value.State === 'object' ? value.State : {}) };
  return Object.keys(flat)
    .filter((key) => [...wanted, 'Running', 'Pid', 'ExitCode', 'stream'].includes(key))
    .toSorted();
}

async function answerOf(socketPath: string, { method, path, body, headers }: Asked): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, agent: false, headers: { ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve(essence(answer.statusCode ?? 0, text)));
    });
    sent.on('error', reject).end(body);
  });
}

describe.runIf(isRoot)('the API of the stand-in of 20.10 and that of the real one', () => {
  let host: DockerHost;
  const answers = new Map<string, readonly string[]>();
  const socket = (which: string): string => `${host.folder}/${which}.sock`;

  async function allOf(which: string): Promise<readonly string[]> {
    const list: string[] = [];
    for (const asked of requests) list.push(await answerOf(socket(which), asked));
    return list;
  }

  beforeAll(async () => {
    host = await dockerHost('api');
    const bin = await host.standIns('20.10.24');
    const flags = (which: string) => [
      ...['-H', `unix://${socket(which)}`, '-p', `/run/${which}.pid`, `--exec-root=/run/${which}`],
      ...[`--data-root=/var/lib/docker/${which}`, '--bridge=none', '--iptables=false', '--storage-driver=vfs'],
    ];
    const path = '/usr/sbin:/usr/bin:/sbin:/bin';
    host.start('real.log', ['env', `PATH=${path}`, 'dockerd', ...flags('real')]);
    host.start('stand-in.log', ['env', `PATH=${bin}:${path}`, `${bin}/dockerd`, ...flags('stand-in')]);
    for (const which of ['real', 'stand-in']) {
      await host.until(['/usr/bin/docker', '-H', `unix://${socket(which)}`, 'version']);
      answers.set(which, await allOf(which));
    }
    const release = /level=info msg="Docker daemon" .*version=(\S+)/.exec(host.log('real.log'))?.[1];
    expect(release).toMatch(/^20\.10\./);
  });
  afterAll(() => host?.remove());

  it.each(requests.map((asked, index) => [index, `${asked.method} ${asked.path}`] as const))('%d %s', (index) => {
    const [real, ours] = ['real', 'stand-in'].map((which) => answers.get(which)?.[index]);
    expect(ours).toBe(real);
  });

  it("the distribution's own client works with it", () => {
    const docker = (...words: string[]) =>
      host.run(['/usr/bin/docker', '-H', `unix://${socket('stand-in')}`, ...words]);
    writeFileSync(join(host.folder, 'pause.tar'), archive);
    expect(docker('load', '-i', join(host.folder, 'pause.tar')).stdout).toBe(`Loaded image: ${name}\n`);
    const real = ['/usr/bin/docker', '-H', `unix://${socket('real')}`];
    host.run([...real, 'load', '-i', join(host.folder, 'pause.tar')]);
    const format = '{{.Id}} {{json .RootFS.Layers}} {{json .Config.Entrypoint}}';
    const shown = docker('inspect', '--type=image', '--format', format, name).stdout;
    expect(shown).toBe(host.run([...real, 'inspect', '--type=image', '--format', format, name]).stdout);
    expect(docker('run', '-d', '--net=none', '--name', 'one', name)).toMatchObject({ status: 0 });
    expect(docker('ps', '--format', '{{.Names}} {{.Image}} {{.Status}}').stdout).toMatch(/^one \S+pause:1.0.2 Up /);
    expect(docker('rm', '-f', 'one').stdout).toBe('one\n');
    expect(readFileSync(join(host.folder, 'stand-in.log'), 'utf8')).toContain('API listen on');
  });
});
