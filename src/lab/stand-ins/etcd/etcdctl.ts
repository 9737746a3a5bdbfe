import { compareReleases } from '../../../release/compare.ts';
import { toMilliseconds } from '../go-duration.ts';
import { writeError, writeOutput } from '../log.ts';
import type { Invocation, StandIn } from '../types.ts';
import { CommandFailed, EtcdClient } from './etcdctl-client.ts';
import { keyCommand } from './etcdctl-keys.ts';
import { type EtcdctlLine, parseLine } from './etcdctl-line.ts';
import { clusterHealth, memberAdd, memberList, memberRemove, memberUpdate } from './etcdctl-members.ts';

/**
 * etcdctl with its v2 commands on keys and members, and cluster-health. It works on a real etcd, too. There is no TLS,
 * no watch, no users and no backup; of 3.x only what `ETCDCTL_API=2` gives.
 */
export const etcdctl: StandIn = async ({ release, argv }: Invocation): Promise<number> => {
  const refused = refuseV3(release);
  if (refused !== undefined) {
    writeError(refused);
    return 1;
  }
  const line = parseLine(release, argv);
  if ('wrong' in line) {
    writeOutput(`Incorrect Usage.\n\n${usage}`);
    writeError(`${line.wrong}\n`);
    // main.go of 2.x does not look at what the command line library returns.
    return compareReleases(release, '3.0.0') < 0 ? 0 : 1;
  }
  if (line.command === 'version' || line.command === 'help') {
    writeOutput(line.command === 'help' ? usage : `etcdctl version ${release}\n`);
    return 0;
  }
  try {
    return await run(release, line);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    writeError(error.message.endsWith('\n') ? error.message : `${error.message}\n`);
    return error.exitCode;
  }
};

async function run(release: string, line: EtcdctlLine): Promise<number> {
  const perRequest = compareReleases(release, '3.0.0') < 0 ? '1s' : '2s';
  const time = (flag: string, otherwise: string): number => toMilliseconds(line.global.get(flag) ?? otherwise);
  const client = new EtcdClient(endpointsOf(line), time('timeout', perRequest), time('total-timeout', '5s'));
  if (line.command === 'cluster-health') return await clusterHealth(client);
  if (!line.global.has('no-sync')) await client.sync();
  switch (line.command) {
    case 'member list':
      await memberList(client, line.args);
      return 0;
    case 'member add':
      await memberAdd(client, line.args);
      return 0;
    case 'member remove':
      await memberRemove(client, line.args);
      return 0;
    case 'member update':
      await memberUpdate(client, line.args);
      return 0;
    default:
      return await keyCommand(client, line);
  }
}

/** Flags before the environment, the newest name first (etcdctl/command/util.go getPeersFlagValue). */
function endpointsOf({ global }: EtcdctlLine): string[] {
  const found =
    global.get('endpoints') ||
    process.env.ETCDCTL_ENDPOINTS ||
    global.get('endpoint') ||
    process.env.ETCDCTL_ENDPOINT ||
    global.get('peers') ||
    process.env.ETCDCTL_PEERS ||
    'http://127.0.0.1:2379,http://127.0.0.1:4001';
  return found.split(',').map((url) => (url.includes('://') ? url : `http://${url}`).replace(/\/$/, ''));
}

/** ETCDCTL_API decides from 3.0 on, and 3 is what 3.4 takes without it; 2.x does not know it. */
function refuseV3(release: string): string | undefined {
  if (compareReleases(release, '3.0.0') < 0) return undefined;
  const api = process.env.ETCDCTL_API ?? (compareReleases(release, '3.4.0') < 0 ? '2' : '3');
  return api === '3' ? 'this stand-in has the v2 commands only: set ETCDCTL_API=2\n' : undefined;
}

const usage = `NAME:
   etcdctl - A simple command line client for etcd.

USAGE:
   etcdctl [global options] command [command options] [arguments...]

COMMANDS:
   cluster-health, mk, mkdir, rm, rmdir, get, ls, set, setdir, update, updatedir,
   member list, member add, member remove, member update
`;
