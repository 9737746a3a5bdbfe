import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ask, Bench, isHealthy, planMembers, type TestMember, until } from './etcd-programs.ts';

const bench = new Bench();
afterAll(() => bench.clean());

let count = 0;

async function member(): Promise<TestMember> {
  count += 1;
  const [one] = await planMembers(bench, 1, `refused${count}-`);
  if (!one) throw new Error('no member');
  return one;
}

/** Starts it, waits until it has ended, and gives back its exit code and log. */
async function end(flags: readonly string[], release = '2.3.7'): Promise<readonly [number | null, string]> {
  const run = await bench.standIn('etcd', release, flags);
  const code = await run.ended;
  return [code, run.text()];
}

it('etcd: a name that is not in --initial-cluster', async () => {
  const one = await member();
  const [code, text] = await end(one.flags(['--name', 'other']));
  expect(code).toBe(1);
  expect(text).toContain(`C | etcdmain: couldn't find local name "other" in the initial cluster configuration`);
});

it('etcd: another peer URL than in --initial-cluster', async () => {
  const one = await member();
  const [code, text] = await end(one.flags(['--initial-advertise-peer-urls', 'http://127.0.0.1:1']));
  expect(code).toBe(1);
  expect(text).toContain(
    `--initial-cluster must include ${one.name}=http://127.0.0.1:1 given --initial-advertise-peer-urls=http://127.0.0.1:1`,
  );
});

it('etcd: --initial-cluster-state existing without a cluster', async () => {
  const one = await member();
  const [code, text] = await end(one.flags(['--initial-cluster-state', 'existing']));
  expect(code).toBe(1);
  expect(text).toContain('cannot fetch cluster info from peer urls');
});

it('etcd: a port in use, and data in use', async () => {
  const one = await member();
  const other = await member();
  await bench.standIn('etcd', '2.3.7', one.flags());
  await until('healthy', () => isHealthy(one));
  const [code, text] = await end(one.flags());
  expect(code).toBe(1);
  expect(text).toMatch(/C \| etcdmain: listen tcp 127\.0\.0\.1:\d+: bind: address already in use/);
  const [lockCode, lockText] = await end(other.flags(['--data-dir', one.dataDir]));
  expect(lockCode).toBe(1);
  expect(lockText).toContain('open wal error: file already locked');
});

it('etcd: a member whose data is gone, and one that the living cluster does not know', async () => {
  const [first, second] = await planMembers(bench, 2, 'living');
  if (!first || !second) throw new Error('no members');
  await bench.standIn('etcd', '2.3.7', first.flags());
  const run = await bench.standIn('etcd', '2.3.7', second.flags());
  await until('both are healthy', async () => (await isHealthy(first)) && (await isHealthy(second)));
  const published = async (): Promise<boolean> =>
    (await ask('GET', `${first.client}/v2/members`)).text.includes(second.client);
  await until('the second is known', published);
  await run.kill();
  const [code, text] = await end(second.flags(['--data-dir', `${second.dataDir}-empty`]));
  expect(code).toBe(1);
  expect(text).toMatch(/member [0-9a-f]+ has already been bootstrapped/);
  const third = await member();
  const cluster = [first, second, third].map(({ name, peer }) => `${name}=${peer}`).join(',');
  const [joinCode, joinText] = await end(
    third.flags(['--initial-cluster', cluster, '--initial-cluster-state', 'existing']),
  );
  expect(joinCode).toBe(1);
  expect(joinText).toContain('member count is unequal');
});

it('etcd: members of clusters with different tokens do not take each other', async () => {
  const [first, second] = await planMembers(bench, 2, 'token');
  if (!first || !second) throw new Error('no members');
  const one = await bench.standIn('etcd', '2.3.7', first.flags());
  const other = await bench.standIn('etcd', '2.3.7', second.flags(['--initial-cluster-token', 'another']));
  await until('they say so', async () =>
    [one, other].every(
      (run) => run.text().includes('request cluster ID mismatch') || run.text().includes('cluster ID mismatch:'),
    ),
  );
  expect(await isHealthy(first)).toBe(false);
  expect(await isHealthy(second)).toBe(false);
});

it('etcd: existing data wins over a changed --initial-cluster, --force-new-cluster leaves one', async () => {
  const [first, second] = await planMembers(bench, 2, 'data');
  if (!first || !second) throw new Error('no members');
  const runs = [
    await bench.standIn('etcd', '2.3.7', first.flags()),
    await bench.standIn('etcd', '2.3.7', second.flags()),
  ];
  await until('both are healthy', async () => (await isHealthy(first)) && (await isHealthy(second)));
  await ask('PUT', `${first.client}/v2/keys/kept`, { form: { value: 'yes' } });
  // A moment for the disk to learn that it is committed: without a majority it could not be told later.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await Promise.all(runs.map((run) => run.kill()));
  const changed = first.flags(['--initial-cluster', `${first.name}=${first.peer}`]);
  const again = await bench.standIn('etcd', '2.3.7', changed);
  await until('it answers', async () => (await ask('GET', `${first.client}/v2/keys/kept`)).status === 200);
  expect((await ask('GET', `${first.client}/v2/members`)).json.members).toHaveLength(2);
  expect(await isHealthy(first)).toBe(false);
  await again.kill();
  await bench.standIn('etcd', '2.3.7', first.flags(['--force-new-cluster']));
  await until('alone and healthy', () => isHealthy(first));
  expect((await ask('GET', `${first.client}/v2/members`)).json.members).toHaveLength(1);
  expect((await ask('GET', `${first.client}/v2/keys/kept`)).json.node).toMatchObject({ value: 'yes' });
});

it('etcd: data of something else is not touched', async () => {
  const one = await member();
  const wal = join(one.dataDir, 'member', 'wal');
  mkdirSync(wal, { recursive: true });
  writeFileSync(join(wal, `${'0'.repeat(16)}-${'0'.repeat(16)}.wal`), 'this is\nno log of ours\n');
  const [code, text] = await end(one.flags());
  expect(code).toBe(1);
  expect(text).toContain('crc mismatch');
});

it.each([
  [
    '2.3.7',
    ['--listen-client-urls', 'http://127.0.0.1:1'],
    '-advertise-client-urls is required when -listen-client-urls is set',
  ],
  [
    '3.2.32',
    ['--listen-client-urls', 'http://127.0.0.1:1'],
    '--advertise-client-urls is required when --listen-client-urls is set',
  ],
  ['2.3.7', ['--heartbeat-interval', '500'], '-election-timeout[1000ms] should be at least as 5 times as'],
  ['3.2.32', ['--listen-peer-urls', 'http://sandbox-1:2380'], 'expected IP in URL for binding (http://sandbox-1:2380)'],
])('etcd %s %o', async (release, flags, text) => {
  const [code, said] = await end(['--data-dir', join(bench.folder, 'never'), ...flags], release);
  expect(code).toBe(1);
  expect(said).toContain('error verifying flags, ');
  expect(said).toContain(text);
});

it('etcd 3.4 has no v2 API without --enable-v2', async () => {
  const one = await member();
  await bench.standIn('etcd', '3.4.23', one.flags());
  await until('healthy', () => isHealthy(one));
  expect((await ask('GET', `${one.client}/v2/keys/`)).status).toBe(404);
  expect((await ask('GET', `${one.client}/health`)).text).toBe('{"health":"true"}');
});
