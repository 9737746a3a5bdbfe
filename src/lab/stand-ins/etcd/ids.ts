import { createHash } from 'node:crypto';

/** A member of a cluster. Without a name it was announced and never started. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs: readonly string[];
}

/** The first 64 bits of a SHA-1 as Go prints them: hexadecimal, without zeros in front. */
function shortHash(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest().readBigUInt64BE(0).toString(16);
}

/**
 * The id of a member (etcdserver/member.go NewMember): of its peer URLs and the cluster's token; for one that was
 * announced to a living cluster, of its peer URLs and the second in which that was done.
 */
export function memberId(peerURLs: readonly string[], token: string, second?: number): string {
  return shortHash(Buffer.from(`${peerURLs.toSorted().join('')}${token}${second ?? ''}`));
}

/** The id of a cluster: of the ids of its first members (etcdserver/cluster.go genID). */
export function clusterId(members: readonly Member[]): string {
  const bytes = Buffer.alloc(8 * members.length);
  for (const [index, member] of members.toSorted(byId).entries())
    bytes.writeBigUInt64BE(numberOf(member.id), 8 * index);
  return shortHash(bytes);
}

/** Orders members by the number that their id is. */
export function byId(a: Pick<Member, 'id'>, b: Pick<Member, 'id'>): number {
  const difference = numberOf(a.id) - numberOf(b.id);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** An id as someone wrote it, in the form that etcd prints; undefined when it is none (types.IDFromString). */
export function parseId(text: string): string | undefined {
  return /^[0-9a-fA-F]{1,16}$/.test(text) ? numberOf(text).toString(16) : undefined;
}

function numberOf(id: string): bigint {
  return BigInt(`0x${id}`);
}
