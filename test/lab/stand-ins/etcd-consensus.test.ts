import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DurableLog } from '../../../src/lab/stand-ins/etcd/durable-log.ts';
import { Election } from '../../../src/lab/stand-ins/etcd/election.ts';
import { Leadership } from '../../../src/lab/stand-ins/etcd/leadership.ts';
import {
  type AppendAnswer,
  type AppendQuestion,
  type Ask,
  isQuestion,
} from '../../../src/lab/stand-ins/etcd/messages.ts';
import { type Entry, keyRequest } from '../../../src/lab/stand-ins/etcd/payload.ts';
import { Replica } from '../../../src/lab/stand-ins/etcd/replica.ts';
import { readSnapshot } from '../../../src/lab/stand-ins/etcd/snapshots.ts';
import { until } from './etcd-programs.ts';

const scratch = mkdtempSync(join(tmpdir(), 'kubebale-consensus-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const ids = ['a1', 'b2', 'c3'];
let count = 0;

const member = (id: string): Entry['payload'] => ({
  id: '',
  change: { kind: 'add', member: { id, name: id, peerURLs: [`http://${id}:2380`], clientURLs: [] } },
});
const put = (index: number, term: number, value = `${index}`): Entry => ({
  index,
  term,
  payload: { id: `${index}/${term}`, request: keyRequest('PUT', `/1/key-${index}`, { value }) },
});

/** A member of a cluster of three, whose log holds the three members and then the entries given. */
async function replicaWith(entries: readonly Entry[], term: number, snapshotEvery = 10_000): Promise<Replica> {
  count += 1;
  const path = join(scratch, `${count}.wal`);
  const log = DurableLog.create(path, { standIn: 'etcd', member: 'a1', cluster: 'c', baseIndex: 0, baseTerm: 0 });
  for (const [at, id] of ids.entries()) log.append({ index: at + 1, term: 1, payload: member(id) });
  for (const entry of entries) log.append(entry);
  log.setState({ term, vote: '', commit: 3 });
  await log.flush();
  const replica = new Replica({ id: 'a1', log, snapshot: undefined, snapFolder: scratch, snapshotEvery });
  replica.commitTo(3);
  return replica;
}

const append = (
  prevIndex: number,
  prevTerm: number,
  entries: readonly Entry[],
  term: number,
  commit = 0,
): AppendQuestion => ({
  from: 'b2',
  term,
  prevIndex,
  prevTerm,
  entries,
  commit,
});

describe('votes', () => {
  const question = (from: string, term: number, lastIndex: number, lastTerm: number, trial = false) => ({
    ...{ from, term, lastIndex, lastTerm, trial },
  });

  it.each([
    ['as long', 5, 2, true],
    ['longer', 6, 2, true],
    ['of a later term', 4, 3, true],
    ['shorter', 4, 2, false],
    ['longer, of an earlier term', 99, 1, false],
  ])('a log that is %s', async (_, lastIndex, lastTerm, granted) => {
    const replica = await replicaWith([put(4, 2), put(5, 2)], 2);
    expect(await replica.vote(question('b2', 5, lastIndex, lastTerm))).toBe(granted);
    expect(replica.term).toBe(5);
  });

  it('one in a term, also after a restart', async () => {
    const replica = await replicaWith([], 1);
    expect(await replica.vote(question('b2', 4, 3, 1))).toBe(true);
    expect(await replica.vote(question('c3', 4, 9, 4))).toBe(false);
    expect(await replica.vote(question('b2', 4, 3, 1))).toBe(true);
    expect(await replica.vote(question('b2', 3, 9, 4))).toBe(false);
    const log = DurableLog.load(join(scratch, `${count}.wal`));
    expect(log.state).toEqual({ term: 4, vote: 'b2', commit: 3 });
  });

  it('none on trial while a leader is heard, and nothing changes by it', async () => {
    const replica = await replicaWith([], 1);
    const election = new Election(replica, () => Promise.reject(new Error('nobody is there')));
    expect(await election.onVote(question('c3', 2, 3, 1, true))).toEqual({ term: 1, granted: true });
    await election.onAppend(append(3, 1, [], 1));
    expect(await election.onVote(question('c3', 2, 3, 1, true))).toEqual({ term: 1, granted: false });
    expect(replica.leader).toBe('b2');
    election.connectionLost();
    expect(await election.onVote(question('c3', 2, 3, 1, true))).toEqual({ term: 1, granted: true });
    election.stop();
  });
});

describe('entries from a leader', () => {
  it('are stored, and applied up to what is committed', async () => {
    const replica = await replicaWith([], 1);
    expect(await replica.append(append(3, 1, [put(4, 1), put(5, 1)], 1, 4))).toEqual({
      term: 1,
      stored: true,
      lastIndex: 5,
    });
    expect([replica.applied, replica.log.durableIndex]).toEqual([4, 5]);
    expect(replica.machine.store.get('/1/key-4', false, false).node.value).toBe('4');
    // Sent twice, they are there once.
    await replica.append(append(3, 1, [put(4, 1), put(5, 1)], 1, 5));
    expect([replica.applied, replica.log.lastIndex]).toEqual([5, 5]);
  });

  it('are refused after a gap, and where the one before differs', async () => {
    const replica = await replicaWith([put(4, 1), put(5, 1)], 2);
    expect(await replica.append(append(7, 2, [put(8, 2)], 2))).toEqual({ term: 2, stored: false, lastIndex: 5 });
    expect(await replica.append(append(5, 2, [put(6, 2)], 2))).toEqual({ term: 2, stored: false, lastIndex: 4 });
  });

  it('replace what an earlier leader left behind', async () => {
    const replica = await replicaWith([put(4, 1), put(5, 1, 'old'), put(6, 1)], 2);
    await replica.append(append(4, 1, [put(5, 2, 'new')], 2, 5));
    expect([replica.log.lastIndex, replica.log.lastTerm]).toEqual([5, 2]);
    expect(replica.machine.store.get('/1/key-5', false, false).node.value).toBe('new');
    const again = DurableLog.load(join(scratch, `${count}.wal`));
    expect([again.lastIndex, again.lastTerm]).toEqual([5, 2]);
    await expect(replica.append(append(4, 1, [put(5, 3)], 2))).rejects.toThrow('contradicts what is committed');
  });

  it('of an old leader are refused', async () => {
    const replica = await replicaWith([], 4);
    const election = new Election(replica, () => Promise.reject(new Error('nobody is there')));
    expect(await election.onAppend(append(3, 1, [put(4, 3)], 3, 4))).toEqual({ term: 4, stored: false, lastIndex: 3 });
    expect(replica.applied).toBe(3);
    election.stop();
  });
});

describe('a leader', () => {
  /** Leads with two others, whose answers to entries are the test's. */
  const lead = async (replica: Replica, answer: (to: string, question: AppendQuestion) => Promise<AppendAnswer>) => {
    const ask: Ask = async (to, _kind, question) => {
      if (!isQuestion('append', question)) throw new Error('only entries are asked for here');
      // As over the wire.
      return JSON.parse(JSON.stringify(await answer(to, question)));
    };
    const lost: string[] = [];
    const leadership = new Leadership(replica, ask, () => lost.push('lost'));
    leadership.start();
    return { leadership, lost };
  };
  const stored = (question: AppendQuestion): AppendAnswer => ({
    term: question.term,
    stored: true,
    lastIndex: question.prevIndex + question.entries.length,
  });

  it('commits what two of three have on their disks, and nothing before', async () => {
    const replica = await replicaWith([], 2);
    let reachable = false;
    const { leadership } = await lead(replica, async (to, question) => {
      if (to === 'c3' || !reachable) throw new Error('not there');
      return stored(question);
    });
    leadership.propose(put(5, 2).payload);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([replica.applied, replica.log.durableIndex]).toEqual([3, 5]);
    expect(await leadership.confirm(200)).toBe(false);
    reachable = true;
    await until('committed', async () => replica.applied === 5, 3000);
    expect(await leadership.confirm(1000)).toBe(true);
    leadership.stop();
  });

  it('commits an entry of an earlier term only with one of its own', async () => {
    const replica = await replicaWith([put(4, 1)], 3);
    let all = false;
    const { leadership } = await lead(replica, async (_, question) =>
      all ? stored(question) : { term: 3, stored: true, lastIndex: 4 },
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(replica.applied).toBe(3);
    all = true;
    leadership.propose(put(6, 3).payload);
    await until('committed', async () => replica.applied === 6, 3000);
    leadership.stop();
  });

  it('steps down when it hears of a later term', async () => {
    const replica = await replicaWith([], 2);
    const { leadership, lost } = await lead(replica, async () => ({ term: 7, stored: false, lastIndex: 0 }));
    await until('lost', async () => lost.length > 0, 3000);
    expect([replica.term, replica.leader, replica.applied]).toEqual([7, '', 3]);
    leadership.stop();
  });
});

describe('the log on the disk', () => {
  it('loses an interrupted last line, and refuses a damaged one', async () => {
    await replicaWith([put(4, 1)], 1);
    const path = join(scratch, `${count}.wal`);
    const whole = readFileSync(path, 'utf8');
    appendFileSync(path, '12345678 {"entry":{"ind');
    const log = DurableLog.load(path);
    expect(log.lastIndex).toBe(4);
    expect(readFileSync(path, 'utf8')).toBe(whole);
    writeFileSync(path, whole.replace('key-4', 'key-5'));
    expect(() => DurableLog.load(path)).toThrow('crc mismatch');
  });

  it('is cut short by snapshots, and comes back from them', async () => {
    const replica = await replicaWith([], 1, 700);
    const entries = Array.from({ length: 800 }, (_, at) => put(at + 4, 1));
    await replica.append(append(3, 1, entries, 1, 803));
    await replica.log.flush();
    expect(replica.log.baseIndex).toBe(303);
    const snapshot = readSnapshot(scratch);
    expect(snapshot?.index).toBe(803);
    const log = DurableLog.load(join(scratch, `${count}.wal`));
    const again = await Replica.open({ id: 'a1', log, snapshot, snapFolder: scratch, snapshotEvery: 700 });
    expect([again.applied, again.log.lastIndex, again.voters]).toEqual([803, 803, ids]);
    expect(again.machine.store.get('/1/key-803', false, false)).toEqual(
      replica.machine.store.get('/1/key-803', false, false),
    );
  });
});
