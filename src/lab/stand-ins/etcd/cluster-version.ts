import { compareReleases, minorOf } from '../../../release/compare.ts';
import { ask } from '../http-client.ts';
import type { EtcdLog } from './etcd-log.ts';
import type { MemberNode } from './member-node.ts';
import { keyRequest } from './payload.ts';

/**
 * As leader, raises the cluster's version to the lowest of the members' releases, or, while some do not answer, to the
 * least that this release works with (etcdserver/server.go monitorVersions, which does so every 5 s).
 */
export async function decideVersion(node: MemberNode, release: string, log: EtcdLog): Promise<void> {
  if (!node.election.isLeader) return;
  const current = node.membership.version;
  // Nothing can become newer than we are.
  if (current !== '' && compareReleases(minorOf(release), current) <= 0) return;
  const all = await releasesOf(node, release);
  const known = all.filter((one) => one !== undefined).toSorted(compareReleases);
  const lowest = known.length === all.length ? known[0] : undefined;
  const least = compareReleases(release, '3.0.0') < 0 ? '2.1.0' : '3.0.0';
  const wanted = lowest === undefined ? current || least : `${minorOf(lowest)}.0`;
  if (current !== '' && compareReleases(wanted, current) <= 0) return;
  const from =
    current === '' ? 'setting up the initial cluster version' : `updating the cluster version from ${minorOf(current)}`;
  log.info('etcdserver', `${from} to ${minorOf(wanted)}`);
  await node.request(keyRequest('PUT', '/0/version', { value: wanted })).catch(() => {});
}

/** The releases of all members, undefined for those that do not answer. */
async function releasesOf(node: MemberNode, own: string): Promise<(string | undefined)[]> {
  const one = async (url: string): Promise<string | undefined> => {
    const answer = await ask(`${url}/version`, { timeoutMilliseconds: 2000 }).catch(() => undefined);
    const json = answer?.json;
    const found: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, 'etcdserver') : undefined;
    return typeof found === 'string' ? found : undefined;
  };
  const members = node.membership.all;
  return await Promise.all(members.map((member) => (member.id === node.id ? own : one(member.peerURLs[0] ?? ''))));
}
