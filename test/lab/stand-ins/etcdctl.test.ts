import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, freePorts, isHealthy, planMembers, type TestMember, until } from './etcd-programs.ts';

const templates = join(import.meta.dirname, '..', '..', '..', 'templates');

describe('etcdctl and the scripts of a bundle', () => {
  const bench = new Bench();
  let member: TestMember;

  const etcdctl = async (words: readonly string[], release = '2.3.7'): Promise<readonly [number | null, string]> => {
    const run = await bench.standIn('etcdctl', release, words);
    const code = await run.ended;
    return [code, run.text()];
  };
  /** With the cluster's address in front. */
  const there = (...words: readonly string[]): Promise<readonly [number | null, string]> =>
    etcdctl(['--endpoints', member.client, ...words]);

  beforeAll(async () => {
    const [first] = await planMembers(bench, 1, 'ctl');
    if (!first) throw new Error('no member');
    member = first;
    await bench.standIn('etcd', '2.3.7', first.flags());
    await until('healthy', () => isHealthy(first));
    await until('published', async () => (await there('cluster-health'))[0] === 0);
  });
  afterAll(() => bench.clean());

  it('says who belongs to the cluster, and how it is', async () => {
    const [code, list] = await there('member', 'list');
    expect(code).toBe(0);
    expect(list).toMatch(
      new RegExp(`^[0-9a-f]+: name=ctl0 peerURLs=${member.peer} clientURLs=${member.client} isLeader=true\n$`),
    );
    const [, health] = await there('cluster-health');
    expect(health).toMatch(/^member [0-9a-f]+ is healthy: got healthy result from http:.*\ncluster is healthy\n$/);
    for (const flag of ['-C', '--peers', '--endpoint']) {
      expect(await etcdctl([flag, member.client, 'member', 'list'])).toEqual([0, list]);
    }
  });

  it('reads and writes keys', async () => {
    expect(await there('set', '/dir/a', 'one')).toEqual([0, 'one\n']);
    expect(await there('get', '/dir/a')).toEqual([0, 'one\n']);
    expect(await there('mk', '/dir/a', 'two')).toEqual([
      4,
      expect.stringMatching(/^Error: {2}105: Key already exists \(\/dir\/a\) \[\d+\]\n$/),
    ]);
    expect(await there('set', '--swap-with-value', 'two', '/dir/a', 'x')).toEqual([
      4,
      expect.stringContaining('101: Compare failed ([two != one])'),
    ]);
    expect(await there('update', '/dir/a', 'three')).toEqual([0, 'three\n']);
    expect(await there('mkdir', '/dir/sub')).toEqual([0, '']);
    expect(await there('ls', '/dir', '--sort', '-p')).toEqual([0, '/dir/a\n/dir/sub/\n']);
    expect(await there('ls', '--recursive', '/')).toEqual([0, '/dir\n/dir/a\n/dir/sub\n']);
    expect(await there('get', '/dir')).toEqual([1, '/dir: is a directory\n']);
    expect(await there('rm', '/dir')).toEqual([4, expect.stringContaining('102: Not a file (/dir)')]);
    expect(await there('rm', '/dir/a')).toEqual([0, 'PrevNode.Value: three\n']);
    expect(await there('rm', '--recursive', '/dir')).toEqual([0, '']);
    expect(await there('get', '/dir/a')).toEqual([4, expect.stringContaining('100: Key not found (/dir)')]);
    expect(await there('get')).toEqual([1, 'Error:  key required\n']);
  });

  it('fails as the real one when nobody answers, and when it does not know a flag', async () => {
    const [port] = await freePorts(1);
    const [code, text] = await etcdctl(['--endpoints', `http://127.0.0.1:${port}`, 'get', '/x']);
    expect(code).toBe(2);
    expect(text).toBe(
      `Error:  client: etcd cluster is unavailable or misconfigured\nerror #0: dial tcp 127.0.0.1:${port}: connection refused\n`,
    );
    expect((await there('ls', '-r', '/'))[1]).toContain('flag provided but not defined: -r');
    expect((await etcdctl(['--endpoints', member.client, 'ls', '-r', '/'], '3.2.32'))[0]).toBe(0);
  });

  it('lets the bundle judge a membership', () => {
    const [, host, port] = /^http:\/\/(.*):(\d+)$/.exec(member.client) ?? [];
    const script = `
      set -euo pipefail
      KB_ROOT=${templates}
      . "$KB_ROOT/lib/quote.sh"; . "$KB_ROOT/lib/http.sh"; . "$KB_ROOT/lib/needs.sh"; . "$KB_ROOT/lib/etcd-list.sh"; . "$KB_ROOT/lib/etcd-guard.sh"
      die() { echo "die: $*"; exit 1; }
      forbid_start() { echo "forbidden: $1"; }
      etcd_says_healthy ${host} ${port} && echo healthy
      http_get ${host} ${port} /v2/members && list_members "$HTTP_BODY"
      TYPED_ROOT=. KB_ETCD_NAME=ctl0 KB_ETCD_DATA_DIR=/nowhere KB_ETCD_PEER_URL=${member.peer}
      path_of_script() { echo start; }
      judge_membership ${host} ${port}
      KB_ETCD_PEER_URL=http://10.0.0.9:2380
      judge_membership ${host} ${port}
      http_put ${host} ${port} /v2/keys/from/bash?prevExist=false "value=$(url_encode 'a "b" <c>')"; echo "$HTTP_STATUS"
      http_put ${host} ${port} /v2/keys/from/bash?prevExist=false value=x; echo "$HTTP_STATUS"
    `;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    const id = /^([0-9a-f]+)\t/m.exec(stdout)?.[1];
    expect(`${stdout}${stderr}`.trim().split('\n')).toEqual([
      'healthy',
      `${id}\tctl0\t${member.peer}\t${member.client}`,
      expect.stringContaining(`this member was part of the living etcd cluster (id ${id}, name ctl0`),
      expect.stringContaining('does not know this member (http://10.0.0.9:2380)'),
      '201',
      '412',
    ]);
  });
});
