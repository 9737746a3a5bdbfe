import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, Bench, isHealthy, planMembers, type Running, type TestMember, until } from './etcd-programs.ts';

const bench = new Bench();
afterAll(() => bench.clean());

const keyOf = (member: TestMember, key: string): string => `${member.client}/v2/keys/${key}`;

describe('etcd: three members', () => {
  let members: TestMember[] = [];
  let running: Running[] = [];
  let round = 0;

  const start = async (at: number): Promise<void> => {
    const member = members[at];
    if (member) running[at] = await bench.standIn('etcd', '2.3.7', member.flags());
  };
  const at = (index: number): TestMember => {
    const member = members[index];
    if (!member) throw new Error(`no member ${index}`);
    return member;
  };
  const kill = async (index: number): Promise<void> => {
    await running[index]?.kill();
  };
  const allHealthy = (): Promise<boolean> =>
    until('all are healthy', async () => (await Promise.all(members.map(isHealthy))).every(Boolean));

  beforeEach(async () => {
    round += 1;
    members = await planMembers(bench, 3, `r${round}-`);
    running = [];
    await Promise.all([0, 1, 2].map(start));
    await allHealthy();
  });
  afterEach(async () => {
    await Promise.all(running.map((one) => one.kill()));
  });

  it('goes on writing without one, reads without two, and forgets nothing', async () => {
    expect((await ask('PUT', keyOf(at(0), 'a'), { form: { value: '1' } })).status).toBe(201);
    await kill(0);
    await until('a write without the first', async () => {
      return (await ask('PUT', keyOf(at(1), 'b'), { form: { value: '2' } })).status < 300;
    });
    // The acknowledgement needs two disks; that the third member knows of it comes a moment later.
    await until('the last has it', async () => (await ask('GET', keyOf(at(2), 'b'))).status === 200);
    await kill(1);
    const [write, quorumRead] = await Promise.all([
      ask('PUT', keyOf(at(2), 'c'), { form: { value: '3' } }),
      ask('GET', `${keyOf(at(2), 'a')}?quorum=true`),
    ]);
    expect([write.status, write.json.errorCode]).toEqual([500, 300]);
    expect(write.json.cause).toBe('etcdserver: request timed out');
    expect([quorumRead.status, quorumRead.json.errorCode]).toEqual([500, 300]);
    const health = await ask('GET', `${at(2).client}/health`);
    expect([health.status, health.text]).toEqual([503, '{"health": "false"}\n']);
    expect((await ask('GET', keyOf(at(2), 'b'))).json.node).toMatchObject({ value: '2' });
    expect((await ask('GET', `${at(2).client}/v2/members/leader`)).status).toBe(503);
    await kill(2);
    // Alone and back from the disk: what was acknowledged is there.
    await start(2);
    await until('the last answers', async () => (await ask('GET', keyOf(at(2), 'b'))).status === 200);
    expect((await ask('GET', keyOf(at(2), 'a'))).json.node).toMatchObject({ value: '1' });
    await Promise.all([0, 1].map(start));
    await allHealthy();
    for (const member of members) {
      expect((await ask('GET', keyOf(member, 'b'))).json.node).toMatchObject({ value: '2' });
    }
  });

  it('lets one of two win who create the same key', async () => {
    for (let key = 0; key < 10; key += 1) {
      const answers = await Promise.all(
        members.map((member) =>
          ask('PUT', `${keyOf(member, `once-${key}`)}?prevExist=false`, { form: { value: member.name } }),
        ),
      );
      expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 412, 412]);
      const winner = answers.findIndex((answer) => answer.status === 201);
      const read = await ask('GET', keyOf(at(0), `once-${key}?quorum=true`));
      expect(read.json.node).toMatchObject({ value: at(winner).name });
    }
  });

  it('shows a write at once at the member that took it', async () => {
    for (let number = 0; number < 20; number += 1) {
      const member = at(number % 3);
      await ask('PUT', keyOf(member, 'counter'), { form: { value: String(number) } });
      expect((await ask('GET', keyOf(member, 'counter'))).json.node).toMatchObject({ value: String(number) });
    }
  });

  it('brings a member up to date that lagged behind a snapshot', async () => {
    await kill(2);
    await Promise.all([0, 1].map(kill));
    for (const index of [0, 1]) {
      running[index] = await bench.standIn('etcd', '2.3.7', at(index).flags(['--snapshot-count', '50']));
    }
    await until('two are healthy', async () => (await isHealthy(at(0))) && (await isHealthy(at(1))));
    for (let number = 0; number < 700; number += 50) {
      const some = Array.from({ length: 50 }, (_, offset) => number + offset);
      await Promise.all(some.map((one) => ask('PUT', keyOf(at(0), `n/${one}`), { form: { value: String(one) } })));
    }
    await start(2);
    const nodes = await until('the third has all', async () => {
      const found = (await ask('GET', keyOf(at(2), 'n'))).json.node;
      const list: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, 'nodes') : [];
      return Array.isArray(list) && list.length === 700 ? list : undefined;
    });
    expect(nodes).toHaveLength(700);
    const indexes = await Promise.all(members.map(async (member) => (await ask('GET', keyOf(member, 'n/699'))).text));
    expect(new Set(indexes).size).toBe(1);
  });

  it('adds a member, which joins, and removes one, which ends', async () => {
    const [fourth] = await planMembers(bench, 1, `r${round}-joins-`);
    if (!fourth) throw new Error('no fourth');
    const added = await ask('POST', `${at(0).client}/v2/members`, { json: { peerURLs: [fourth.peer] } });
    expect(added.status).toBe(201);
    expect(added.json).toMatchObject({ name: '', peerURLs: [fourth.peer], clientURLs: [] });
    const again = await ask('POST', `${at(0).client}/v2/members`, { json: { peerURLs: [fourth.peer] } });
    // Within the same second it even has the same id.
    expect([again.status, again.json.message]).toEqual([409, expect.stringMatching(/(peerURL|ID) exists$/)]);
    await ask('PUT', keyOf(at(0), 'before'), { form: { value: 'joining' } });
    const cluster = [...members, fourth].map(({ name, peer }) => `${name}=${peer}`).join(',');
    const joining = ['--initial-cluster', cluster, '--initial-cluster-state', 'existing'];
    const fourthRun = await bench.standIn('etcd', '2.3.7', fourth.flags(joining));
    running.push(fourthRun);
    await until('the fourth is healthy', () => isHealthy(fourth));
    await until('the fourth has the keys', async () => (await ask('GET', keyOf(fourth, 'before'))).status === 200);
    const listed = async (): Promise<unknown> => (await ask('GET', `${at(0).client}/v2/members`)).json.members;
    await until('it is listed', async () => JSON.stringify(await listed()).includes(fourth.client));

    const id = String(added.json.id);
    expect((await ask('DELETE', `${at(0).client}/v2/members/${id}`)).status).toBe(204);
    expect(await fourthRun.ended).toBe(0);
    expect(fourthRun.text()).toContain('the member has been permanently removed from the cluster');
    const gone = await ask('DELETE', `${at(0).client}/v2/members/${id}`);
    expect([gone.status, gone.json.message]).toEqual([410, `Member permanently removed: ${id}`]);
    // Its data still says that it belongs here: the others do not let it in.
    const back = await bench.standIn('etcd', '2.3.7', fourth.flags(joining));
    expect(await back.ended).toBe(0);
    expect(back.text()).toContain('the data-dir used by this member must be removed.');
  });

  it('acknowledges nothing that only the leader has', async () => {
    const leader = String((await ask('GET', `${at(0).client}/v2/members/leader`)).json.name);
    const index = members.findIndex((member) => member.name === leader);
    const others = running.filter((_, other) => other !== index);
    for (const other of others) other.process.kill('SIGSTOP');
    try {
      const { status, json } = await ask('PUT', keyOf(at(index), 'alone'), { form: { value: 'x' } });
      expect([status, json.errorCode]).toEqual([500, 300]);
    } finally {
      for (const other of others) other.process.kill('SIGCONT');
    }
    await allHealthy();
  });

  it('goes on after its leader was stopped for a while', async () => {
    const leader = String((await ask('GET', `${at(0).client}/v2/members/leader`)).json.name);
    const index = members.findIndex((member) => member.name === leader);
    const other = at((index + 1) % 3);
    running[index]?.process.kill('SIGSTOP');
    try {
      await until(
        'another leads',
        async () => (await ask('PUT', keyOf(other, 'x'), { form: { value: 'y' } })).status < 300,
        60_000,
      );
    } finally {
      running[index]?.process.kill('SIGCONT');
    }
    // Back with an old term, it must not acknowledge anything of its own.
    await until('it follows', async () => (await ask('GET', keyOf(at(index), 'x'))).status === 200);
    await allHealthy();
  });
});

it('etcd: the first member alone is up, listens and is not healthy', async () => {
  const [first] = await planMembers(bench, 3, 'alone');
  if (!first) throw new Error('no member');
  const run = await bench.standIn('etcd', '2.3.7', first.flags());
  await until('it listens', async () => (await ask('GET', `${first.client}/version`)).status === 200);
  expect(await isHealthy(first)).toBe(false);
  const members = (await ask('GET', `${first.client}/v2/members`)).json.members;
  expect(members).toHaveLength(3);
  expect(JSON.stringify(members)).not.toContain(first.client);
  await until('it says why', async () => run.text().includes('publish error: etcdserver: request timed out'), 60_000);
  const asked = Date.now();
  expect(await run.kill('SIGTERM')).toBe(0);
  expect(Date.now() - asked).toBeLessThan(1500);
});
