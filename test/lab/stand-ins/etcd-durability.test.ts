import { afterAll, expect, it } from 'vitest';
import { ask, Bench, isHealthy, planMembers, type Running, until } from './etcd-programs.ts';

const bench = new Bench();
afterAll(() => bench.clean());

/** So long members are killed while a writer writes. */
const duration = 15_000;

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

it('etcd: nothing that was acknowledged is lost while members are killed at random', async () => {
  const members = await planMembers(bench, 3);
  const running: Running[] = [];
  const start = async (at: number): Promise<void> => {
    // Snapshots all the time, so that they too are interrupted.
    running[at] = await bench.standIn('etcd', '2.3.7', members[at]?.flags(['--snapshot-count', '40']) ?? []);
  };
  await Promise.all([0, 1, 2].map(start));
  await until('all are healthy', async () => (await Promise.all(members.map(isHealthy))).every(Boolean));

  const acknowledged: number[] = [];
  const end = Date.now() + duration;
  let next = 0;
  const write = async (writer: number): Promise<void> => {
    while (Date.now() < end) {
      const number = next;
      next += 1;
      const member = members[(number + writer) % 3];
      const url = `${member?.client}/v2/keys/numbers/${number}?prevExist=false`;
      const { status } = await ask('PUT', url, { form: { value: String(number) }, timeout: 3000 });
      if (status === 201) acknowledged.push(number);
      else await sleep(50);
    }
  };
  const kill = async (): Promise<number> => {
    let kills = 0;
    while (Date.now() < end) {
      // Mostly one, now and then all of them.
      const victims = kills % 4 === 3 ? [0, 1, 2] : [Math.floor(Math.random() * 3)];
      await Promise.all(victims.map((at) => running[at]?.kill()));
      kills += 1;
      await sleep(Math.random() * 300);
      await Promise.all(victims.map(start));
      // Into the middle of writing, however long the machine takes to get there.
      const before = acknowledged.length;
      while (acknowledged.length < before + 20 && Date.now() < end) await sleep(20);
      await sleep(Math.random() * 200);
    }
    return kills;
  };
  const [kills] = await Promise.all([kill(), write(0), write(1), write(2)]);

  await until('all are healthy again', async () => (await Promise.all(members.map(isHealthy))).every(Boolean), 60_000);
  for (const member of members) {
    const listed = await until('the same everywhere', async () => {
      const { json, status } = await ask('GET', `${member.client}/v2/keys/numbers`);
      return status === 200 ? json : undefined;
    });
    const text = JSON.stringify(listed);
    expect(acknowledged.filter((number) => !text.includes(`"key":"/numbers/${number}"`))).toEqual([]);
  }
  const copies = await until('the members agree', async () => {
    const all = await Promise.all(members.map((member) => ask('GET', `${member.client}/v2/keys/numbers?sorted=true`)));
    return new Set(all.map((answer) => answer.text)).size === 1 && all;
  });
  expect(copies).toHaveLength(3);
  // Enough happened for the test to mean something, also on a machine with much else to do.
  expect(kills).toBeGreaterThan(1);
  expect(acknowledged.length).toBeGreaterThan(40);
});
