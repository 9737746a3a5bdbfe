import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask, Bench, isHealthy, planMembers, type TestMember, until } from './etcd-programs.ts';

/** The product's own 2.3, or Debian's 3.4, which answers the v2 API with --enable-v2. */
const real = spawnSync('etcd', ['--version'], { encoding: 'utf8' });
const release = /etcd Version: (\S+)/.exec(real.stdout ?? '')?.[1] ?? '';
const v2 = /^(2|3\.[01])\./.test(release) ? [] : ['--enable-v2'];

type Request = [method: string, path: string, form?: Readonly<Record<string, string>>];

/** One after the other on a new cluster; each depends on those before. */
const requests: Request[] = [
  ['GET', '/v2/keys/'],
  ['GET', '/v2/keys/foo'],
  ['PUT', '/v2/keys/foo', { value: 'bar' }],
  ['GET', '/v2/keys/foo'],
  ['GET', '/v2/keys/foo?quorum=true'],
  ['HEAD', '/v2/keys/foo'],
  ['PUT', '/v2/keys/foo', { value: '<a & b> "ü"' }],
  ['PUT', '/v2/keys/foo', { value: 'x', prevExist: 'false' }],
  ['PUT', '/v2/keys/foo', { value: 'x', prevValue: 'wrong' }],
  ['PUT', '/v2/keys/foo', { value: 'x', prevIndex: '99999' }],
  ['PUT', '/v2/keys/foo', { value: 'x', prevIndex: '99999', prevValue: 'wrong' }],
  ['PUT', '/v2/keys/foo', { value: 'new', prevExist: 'true' }],
  ['PUT', '/v2/keys/foo', { value: 'newer', prevValue: 'new' }],
  ['PUT', '/v2/keys/none', { value: 'x', prevExist: 'true' }],
  ['PUT', '/v2/keys/none', { value: 'x', prevValue: 'a' }],
  ['PUT', '/v2/keys/foo/below', { value: 'x' }],
  ['GET', '/v2/keys/foo/below'],
  ['PUT', '/v2/keys/dir/a', { value: '1' }],
  ['PUT', '/v2/keys/dir/b', { value: '2' }],
  ['PUT', '/v2/keys/dir/sub/c', { value: '3' }],
  ['PUT', '/v2/keys/dir/_hidden', { value: '4' }],
  ['GET', '/v2/keys/dir?sorted=true'],
  ['GET', '/v2/keys/dir?recursive=true&sorted=true'],
  ['GET', '/v2/keys/?recursive=true&sorted=true'],
  ['GET', '/v2/keys?sorted=true'],
  ['PUT', '/v2/keys/dir', { value: 'x' }],
  ['PUT', '/v2/keys/dir', { dir: 'true' }],
  ['PUT', '/v2/keys/dir?dir=true&prevExist=true', { ttl: '1000' }],
  ['PUT', '/v2/keys/new', { dir: 'true' }],
  ['PUT', '/v2/keys/new', { dir: 'true', prevExist: 'false' }],
  ['POST', '/v2/keys/queue', { value: 'one' }],
  ['POST', '/v2/keys/queue', { value: 'two' }],
  ['GET', '/v2/keys/queue?sorted=true'],
  ['POST', '/v2/keys/foo', { value: 'x' }],
  ['PUT', '/v2/keys/short', { value: 'x', ttl: '500' }],
  ['PUT', '/v2/keys/short', { ttl: '600', refresh: 'true', prevExist: 'true' }],
  ['PUT', '/v2/keys/short', { value: 'x', ttl: '600', refresh: 'true' }],
  ['PUT', '/v2/keys/short', { refresh: 'true' }],
  ['PUT', '/v2/keys/absent', { ttl: '5', refresh: 'true' }],
  ['PUT', '/v2/keys/short', { value: 'x', ttl: 'soon' }],
  ['PUT', '/v2/keys/short', { value: 'x', ttl: '-1' }],
  ['PUT', '/v2/keys/short', { value: 'x', ttl: '' }],
  ['PUT', '/v2/keys/foo', { value: 'x', prevIndex: 'abc' }],
  ['PUT', '/v2/keys/foo', { value: 'x', prevValue: '' }],
  ['PUT', '/v2/keys/foo', { value: 'x', prevExist: 'maybe' }],
  ['PUT', '/v2/keys/foo?wait=true', { value: 'x' }],
  ['GET', '/v2/keys/foo?wait=2'],
  ['GET', '/v2/keys/foo?recursive=perhaps'],
  ['GET', '/v2/keys/foo?wait=true&waitIndex=x'],
  ['GET', '/v2/keys/dir?wait=true&recursive=true&waitIndex=1'],
  ['GET', '/v2/keys/foo?wait=true&waitIndex=6'],
  ['GET', '/v2/keys/foo%zz'],
  ['DELETE', '/v2/keys/none'],
  ['DELETE', '/v2/keys/dir'],
  ['DELETE', '/v2/keys/dir?dir=true'],
  ['DELETE', '/v2/keys/foo?prevValue=wrong'],
  ['DELETE', '/v2/keys/foo?prevIndex=1'],
  ['DELETE', '/v2/keys/dir?prevValue=x'],
  ['DELETE', '/v2/keys/foo?prevValue=newer'],
  ['DELETE', '/v2/keys/new?dir=true'],
  ['DELETE', '/v2/keys/dir?recursive=true'],
  ['DELETE', '/v2/keys/'],
  ['DELETE', '/v2/keys/?recursive=true'],
  ['PUT', '/v2/keys/', { value: 'x' }],
  ['PUT', '/v2/keys/a//b/../c', { value: 'x' }],
  ['PATCH', '/v2/keys/foo'],
  ['GET', '/v2/members'],
  ['GET', '/v2/members/leader'],
  ['GET', '/v2/members/nonsense'],
  ['DELETE', '/v2/members'],
  ['DELETE', '/v2/members/123'],
  ['DELETE', '/v2/members/xyz'],
  ['PUT', '/v2/members/123'],
  ['PATCH', '/v2/members'],
  ['GET', '/v2/machines'],
  ['GET', '/v2/stats/self'],
  ['GET', '/v2/stats/leader'],
  ['POST', '/v2/stats/leader'],
  ['GET', '/v2/nothing'],
  ['GET', '/nothing'],
  ['GET', '/version'],
  ['POST', '/version'],
  ['GET', '/health'],
  ['POST', '/health'],
];

const membersRequests: [method: string, path: string, json: unknown][] = [
  ['POST', '/v2/members', {}],
  ['POST', '/v2/members', { peerURLs: [] }],
  ['POST', '/v2/members', { peerURLs: ['10.0.0.1:2380'] }],
  ['POST', '/v2/members', { peerURLs: ['http://10.0.0.1'] }],
  ['POST', '/v2/members', { peerURLs: ['http://10.0.0.1:2380/path'] }],
  ['PUT', '/v2/members/123', { peerURLs: ['http://10.0.0.1:2380'] }],
];

describe.runIf(release !== '')('etcd: the same requests to the real one and to the stand-in', () => {
  const bench = new Bench();
  let one: TestMember;
  let other: TestMember;

  beforeAll(async () => {
    const [first] = await planMembers(bench, 1, 'real');
    const [second] = await planMembers(bench, 1, 'stand-in');
    if (!first || !second) throw new Error('no members');
    one = first;
    // The same name and the same peer URL in the cluster, so that both have the same ids.
    const flags = second.flags().map((word) => word.replaceAll(second.peer, first.peer).replace(/^stand-in0/, 'real0'));
    const at = flags.indexOf('--listen-peer-urls') + 1;
    flags[at] = second.peer;
    other = second;
    bench.start(['etcd', ...v2, ...first.flags()]);
    await bench.standIn('etcd', release, [...v2, ...flags]);
    await until('both are healthy', async () => (await isHealthy(one)) && (await isHealthy(other)));
    // The cluster's version is decided a moment later, and counts in the index.
    const decided = async (member: TestMember): Promise<boolean> =>
      (await ask('GET', `${member.client}/version`)).json.etcdcluster !== 'not_decided';
    await until('both have a version', async () => (await decided(one)) && (await decided(other)));
  });
  afterAll(() => bench.clean());

  it.each(requests)('%s %s %o', async (method, path, form) => {
    const body = form ? { form } : {};
    const theirs = await ask(method, `${one.client}${path}`, body);
    const ours = await ask(method, `${other.client}${path}`, body);
    expect(comparable(ours, other)).toEqual(comparable(theirs, one));
    expect(theirs.status).not.toBe(0);
  });

  it.each(membersRequests)('%s %s %o', async (method, path, json) => {
    const theirs = await ask(method, `${one.client}${path}`, { json });
    const ours = await ask(method, `${other.client}${path}`, { json });
    expect(ours.status).toBe(theirs.status);
    expect(theirs.status).not.toBe(0);
  });

  it('tells a waiting client of the change that it waits for', async () => {
    const changes = [one, other].map(async (member) => {
      const waiting = ask('GET', `${member.client}/v2/keys/watched?wait=true&recursive=true`);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await ask('PUT', `${member.client}/v2/keys/unrelated`, { form: { value: 'x' } });
      await ask('PUT', `${member.client}/v2/keys/watched/key`, { form: { value: 'seen' } });
      return comparable(await waiting, member);
    });
    const [theirs, ours] = await Promise.all(changes);
    expect(ours).toEqual(theirs);
    expect(JSON.stringify(ours)).toContain('seen');
  });

  it('ends a key when its time has come', async () => {
    const ends = [one, other].map(async (member) => {
      const waiting = ask('GET', `${member.client}/v2/keys/mortal?wait=true&waitIndex=0`, { timeout: 8000 });
      await ask('PUT', `${member.client}/v2/keys/mortal`, { form: { value: 'x' } });
      await waiting;
      const expiry = ask('GET', `${member.client}/v2/keys/mortal?wait=true`, { timeout: 8000 });
      await new Promise((resolve) => setTimeout(resolve, 200));
      await ask('PUT', `${member.client}/v2/keys/mortal`, { form: { ttl: '1', refresh: 'true', prevExist: 'true' } });
      const event = await expiry;
      const after = await ask('GET', `${member.client}/v2/keys/mortal`);
      return [event.json.action, after.status, after.json.errorCode];
    });
    const [theirs, ours] = await Promise.all(ends);
    expect(ours).toEqual(theirs);
    expect(ours).toEqual(['expire', 404, 100]);
  });
});

/** Status, index and body, without what is of the clock, the address or the message counts. */
function comparable(answer: Answer, member: TestMember): unknown {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).filter(([key]) => !ofTheMoment.has(key));
    return Object.fromEntries(entries.map(([key, one]) => [key, strip(one)]));
  };
  const text = answer.text.replaceAll(member.client, 'http://CLIENT');
  const isJson = Object.keys(answer.json).length > 0;
  return {
    status: answer.status,
    index: answer.headers.get('x-etcd-index'),
    cluster: answer.headers.get('x-etcd-cluster-id'),
    allow: answer.headers.get('allow'),
    body: isJson ? strip(JSON.parse(text)) : text,
  };
}

const ofTheMoment: ReadonlySet<string> = new Set([
  ...['expiration', 'startTime', 'uptime', 'recvAppendRequestCnt', 'sendAppendRequestCnt'],
  ...['recvPkgRate', 'recvBandwidthRate', 'sendPkgRate', 'sendBandwidthRate', 'followers'],
]);
