import { arch } from 'node:os';
import { parseCommandLine, sayRefusal } from '../command-line.ts';
import { type Handler, type Listening, serve, stopSignal } from '../http-server.ts';
import { writeError } from '../log.ts';
import type { Invocation, StandIn } from '../types.ts';
import { bootstrap } from './bootstrap.ts';
import { clientApi } from './client-api.ts';
import { decideVersion } from './cluster-version.ts';
import { lockData } from './data-folder.ts';
import { etcdLog as log } from './etcd-log.ts';
import { MemberNode } from './member-node.ts';
import { peerApi } from './peer-api.ts';
import { peerClient } from './peer-client.ts';
import { type Address, FlagsRefused, readSettings, type Settings } from './settings.ts';

/**
 * etcd 2.2 to 3.4 with its v2 API, as far as kubebale's scripts, flannel, the API server and etcdctl use it.
 *
 * What it is not: it has no v3 API, no TLS, no users, no proxy and no discovery, and cannot form a cluster with a real
 * etcd or read its data. Messages between members, data files and message counts are its own. Heartbeats are ten times
 * slower (see leadership.ts), so a host that is cut off is noticed after some 4 s instead of 1.
 *
 * What it is: writes go through an elected leader and are acknowledged when a majority has them on the disk (fsync);
 * elections, votes and the log follow Raft's rules, so that what was acknowledged survives whatever minority is lost,
 * and also a kill of all members at once. Members are changed one after the other, as the real one does. It has been
 * tried with members killed at random, not proven: it is for rehearsals, never for data that matters.
 */
export const etcd: StandIn = async ({ release, argv }: Invocation): Promise<number> => {
  const parsed = parseCommandLine('etcd', release, argv);
  if ('refusal' in parsed) return sayRefusal(parsed);
  for (const warning of parsed.warnings) writeError(warning);
  try {
    const settings = readSettings(release, parsed.flags);
    for (const line of versionLines(release)) log.info('etcdmain', line);
    if (settings.unsupported !== undefined) throw new Error(`this stand-in does not have ${settings.unsupported}`);
    return await run(settings);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (error instanceof FlagsRefused) return flagsRefused(text);
    // etcdmain/etcd.go: this one is said as information, all others are fatal.
    if (text.startsWith('--initial-cluster must include')) log.info('etcdmain', text);
    else log.critical('etcdmain', text);
    return 1;
  }
};

async function run(settings: Settings): Promise<number> {
  const handlers: Record<'peers' | 'clients', Handler> = { peers: notYet, clients: notYet };
  const open: Listening[] = [];
  const fatal = new Promise<number>((resolve) => {
    const die = (error: unknown): void => {
      log.critical('etcdserver', `raft save state and entries error: ${inGoWords(error)}`);
      resolve(1);
    };
    process.on('unhandledRejection', die);
    process.on('uncaughtException', die);
  });
  const stopped = stopSignal().then(() => 0);
  try {
    for (const address of settings.listenPeers) {
      open.push(await listen(address, (served) => handlers.peers(served)));
      log.info('etcdmain', `listening for peers on ${address.url}`);
    }
    for (const address of settings.listenClients) {
      open.push(await listen(address, (served) => handlers.clients(served)));
      log.info('etcdmain', `listening for client requests on ${address.url}`);
    }
    await lockData(settings);
    const started = await start(settings);
    handlers.peers = peerApi(started.node, settings.release, log);
    handlers.clients = clientApi(started.node, settings, log);
    const code = await Promise.race([stopped, fatal, started.removed]);
    started.stop();
    return code;
  } finally {
    // Nobody is waited for: long polls would hold the process.
    for (const one of open) void one.close();
  }
}

interface Started {
  readonly node: MemberNode;
  /** Resolves to the exit code when the cluster has removed this member. */
  readonly removed: Promise<number>;
  readonly stop: () => void;
}

async function start(settings: Settings): Promise<Started> {
  const { replica, remotes } = await bootstrap(settings, log);
  printSettings(settings);
  let onRemoved = (): void => {};
  const removed = new Promise<number>((resolve) => {
    onRemoved = () => {
      log.error('etcdserver', 'the member has been permanently removed from the cluster');
      log.info('etcdserver', 'the data-dir used by this member must be removed.');
      resolve(0);
    };
  });
  const urlsOf = (id: string): readonly string[] =>
    (replica.machine.membership.member(id) ?? remotes.find((member) => member.id === id))?.peerURLs ?? [];
  const { release } = settings;
  const { cluster } = replica.log.header;
  const client = peerClient({ id: replica.id, cluster, release, urlsOf, onRemoved, log });
  const requestTimeout = 5000 + 2 * settings.electionTimeout;
  const node = new MemberNode({ replica, ask: client.ask, requestTimeout, log });
  node.onRemoved = onRemoved;
  node.start();
  void node.publish(settings.name, settings.advertiseClients);
  const decide = (): void => void decideVersion(node, release, log);
  const timer = setInterval(decide, 5000);
  const leader = node.election.onLeader;
  node.election.onLeader = (id) => {
    leader(id);
    if (id === node.id) setTimeout(decide, 100);
  };
  const stop = (): void => {
    clearInterval(timer);
    node.stop();
    client.close();
  };
  return { node, removed, stop };
}

function listen(address: Address, handler: Handler): Promise<Listening> {
  return serve(address.host, address.port, handler);
}

/** Between listening and the end of the start the real one accepts connections, too, and answers later. */
function notYet({ response }: Parameters<Handler>[0]): void {
  response.writeHead(503).end();
}

function printSettings(settings: Settings): void {
  const lines = [
    `name = ${settings.name}`,
    ...(settings.forceNew ? ['force new cluster'] : []),
    `data dir = ${settings.dataDir}`,
    `member dir = ${settings.dataDir}/member`,
    `heartbeat = ${settings.heartbeat}ms`,
    `election = ${settings.electionTimeout}ms`,
    `snapshot count = ${settings.snapshotEvery}`,
    `advertise client URLs = ${settings.advertiseClients.join(',')}`,
  ];
  for (const line of lines) log.info('etcdserver', line);
}

function versionLines(release: string): string[] {
  const processor = arch() === 'x64' ? 'amd64' : arch();
  return [`etcd Version: ${release}`, 'Git SHA: kubebale stand-in', `Go OS/Arch: linux/${processor}`];
}

function flagsRefused(text: string): number {
  log.error('etcdmain', `error verifying flags, ${text}. See 'etcd --help'.`);
  return 1;
}

function inGoWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC') return 'write: no space left on device';
  if (code === 'EACCES') return 'open: permission denied';
  if (code === 'EROFS') return 'open: read-only file system';
  return error instanceof Error ? error.message : String(error);
}
