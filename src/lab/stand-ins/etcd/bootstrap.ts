import { lookup } from 'node:dns/promises';
import { ask } from '../http-client.ts';
import { createData, openData, StartRefused, snapFolder } from './data-folder.ts';
import type { EtcdLog } from './etcd-log.ts';
import { byId, clusterId, type Member } from './ids.ts';
import type { Payload } from './payload.ts';
import { Replica } from './replica.ts';
import type { Settings } from './settings.ts';

/** How a member begins: from its data, as one of the first, or by joining. */
export interface Beginning {
  readonly replica: Replica;
  /** The members of the living cluster that it joins, until it has its own copy of the list. */
  readonly remotes: readonly Member[];
}

/**
 * The three ways to start of etcdserver/server.go NewServer, with their refusals (StartRefused). Data in the folder
 * wins: then --initial-cluster, its token and state are not looked at.
 */
export async function bootstrap(settings: Settings, log: EtcdLog): Promise<Beginning> {
  const snapshotParts = { snapFolder: snapFolder(settings), snapshotEvery: settings.snapshotEvery };
  const data = openData(settings);
  if (data) {
    const id = data.log.header.member;
    const replica = await Replica.open({ id, ...data, ...snapshotParts });
    log.info(
      'etcdserver',
      `restarting member ${id} in cluster ${data.log.header.cluster} at commit index ${replica.commit}`,
    );
    if (settings.forceNew) await standAlone(replica);
    return { replica, remotes: [] };
  }
  const local = verifyLocal(settings);
  if (settings.isNew) {
    await verifyAdvertised(settings, local);
    const cluster = clusterId(settings.initialMembers);
    await refuseSecondLife(settings, local);
    const replica = new Replica({
      id: local.id,
      log: createData(settings, local.id, cluster),
      snapshot: undefined,
      ...snapshotParts,
    });
    await replica.append({
      from: local.id,
      term: 0,
      prevIndex: 0,
      prevTerm: 0,
      entries: firstEntries(settings),
      commit: 0,
    });
    replica.log.setState({ term: 1, vote: '', commit: settings.initialMembers.length });
    await replica.log.flush();
    log.info('etcdserver', `starting member ${local.id} in cluster ${cluster}`);
    return { replica, remotes: [] };
  }
  const living = await livingCluster(settings, local, log);
  const id = await idIn(living.members, settings, local);
  const replica = new Replica({
    id,
    log: createData(settings, id, living.cluster),
    snapshot: undefined,
    ...snapshotParts,
  });
  log.info('etcdserver', `starting member ${id} in cluster ${living.cluster}`);
  return { replica, remotes: living.members };
}

/** All first members write the same entries, ordered by id, so that their logs agree from the beginning. */
function firstEntries(settings: Settings): { index: number; term: number; payload: Payload }[] {
  return settings.initialMembers
    .toSorted(byId)
    .map((member, at) => ({ index: at + 1, term: 1, payload: { id: '', change: { kind: 'add', member } } }));
}

function verifyLocal(settings: Settings): Member {
  const local = settings.initialMembers.find((member) => member.name === settings.name);
  if (!local) {
    throw new StartRefused(`couldn't find local name "${settings.name}" in the initial cluster configuration`);
  }
  const all = settings.initialMembers.flatMap((member) => member.peerURLs);
  if (new Set(all).size < all.length)
    throw new StartRefused(`initial cluster ${settings.initialCluster} has duplicate url`);
  return local;
}

async function verifyAdvertised(settings: Settings, local: Member): Promise<void> {
  if (await sameURLs(settings.advertisePeers, local.peerURLs)) return;
  const own = settings.advertisePeers.map((url) => `${settings.name}=${url}`).join(',');
  const advertised = settings.advertisePeers.join(',');
  throw new StartRefused(`--initial-cluster must include ${own} given --initial-advertise-peer-urls=${advertised}`);
}

/** A member that the living cluster knows as started has lost its data: it must not begin again (1 s for all). */
async function refuseSecondLife(settings: Settings, local: Member): Promise<void> {
  const others = settings.initialMembers.filter((member) => member.id !== local.id);
  const living = await fetchCluster(others, 1000, () => {});
  const known = living?.members.find((member) => member.id === local.id);
  if (known && known.clientURLs.length > 0) {
    throw new StartRefused(`member ${local.id} has already been bootstrapped`);
  }
}

async function livingCluster(settings: Settings, local: Member, log: EtcdLog): Promise<LivingCluster> {
  const others = settings.initialMembers.filter((member) => member.name !== local.name);
  const living = await fetchCluster(others, 10_000, (text) => log.warning('etcdserver', text));
  if (living) return living;
  throw new StartRefused(
    'cannot fetch cluster info from peer urls: could not retrieve cluster information from the given urls',
  );
}

interface LivingCluster {
  readonly cluster: string;
  readonly members: readonly Member[];
}

async function fetchCluster(
  others: readonly Member[],
  timeoutMilliseconds: number,
  warn: (text: string) => void,
): Promise<LivingCluster | undefined> {
  for (const url of others.flatMap((member) => member.peerURLs).toSorted()) {
    try {
      const answer = await ask(`${url}/members`, { timeoutMilliseconds });
      const cluster = answer.headers['x-etcd-cluster-id'];
      if (typeof cluster === 'string' && Array.isArray(answer.json))
        return { cluster, members: answer.json.map(toMember) };
      warn(`could not unmarshal cluster response from ${url}`);
    } catch (error) {
      warn(
        `could not get cluster response from ${url}: Get ${url}/members: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  return undefined;
}

function toMember(value: unknown): Member {
  const field = (key: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  const list = (key: string): string[] => {
    const found = field(key);
    return Array.isArray(found) ? found.map(String) : [];
  };
  return {
    id: String(field('id') ?? ''),
    name: String(field('name') ?? ''),
    peerURLs: list('peerURLs'),
    clientURLs: list('clientURLs'),
  };
}

/** Our id in the living cluster: that of the member with our peer URLs (ValidateClusterAndAssignIDs). */
async function idIn(living: readonly Member[], settings: Settings, local: Member): Promise<string> {
  const refuse = (why: string): StartRefused =>
    new StartRefused(
      `error validating peerURLs {Members:[${living.map((one) => one.peerURLs.join(',')).join(' ')}]}: ${why}`,
    );
  const byURL = (a: Member, b: Member): number => ((a.peerURLs[0] ?? '') < (b.peerURLs[0] ?? '') ? -1 : 1);
  if (living.length !== settings.initialMembers.length) throw refuse('member count is unequal');
  const theirs = living.toSorted(byURL);
  let id = '';
  for (const [at, ours] of settings.initialMembers.toSorted(byURL).entries()) {
    const other = theirs[at];
    if (!other || !(await sameURLs(other.peerURLs, ours.peerURLs))) {
      throw refuse('unmatched member while checking PeerURLs');
    }
    if (ours.name === local.name) id = other.id;
  }
  return id;
}

/** Names and addresses of the same host count as equal (netutil.URLStringsEqual). */
async function sameURLs(a: readonly string[], b: readonly string[]): Promise<boolean> {
  if (a.toSorted().join() === b.toSorted().join()) return true;
  const [left, right] = await Promise.all([resolved(a), resolved(b)]);
  return left === right;
}

async function resolved(urls: readonly string[]): Promise<string> {
  const one = async (url: string): Promise<string> => {
    const { protocol, hostname, port } = new URL(url);
    const found = await lookup(hostname, { family: 4 }).catch(() => ({ address: hostname }));
    return `${protocol}//${found.address}:${port}`;
  };
  return (await Promise.all(urls.map(one))).toSorted().join();
}

/** --force-new-cluster: what was not committed is dropped, and all other members are removed without asking anyone. */
async function standAlone(replica: Replica): Promise<void> {
  replica.commitTo(replica.commit);
  const { log } = replica;
  if (log.lastIndex > replica.commit) log.cut(replica.commit + 1);
  replica.adopt(replica.term + 1);
  for (const member of replica.machine.membership.all.filter((one) => one.id !== replica.id)) {
    const payload = { id: '', change: { kind: 'remove', id: member.id } } as const;
    log.append({ index: log.lastIndex + 1, term: replica.term, payload });
  }
  await log.flush();
  replica.commitTo(log.lastIndex);
}
