import { glog } from '../log.ts';
import { ApiError } from './api-status.ts';
import { count, type JsonObject, objects, text } from './json.ts';
import type { ObjectRegistry } from './object-registry.ts';
import { resourceNamed } from './resources.ts';

/** How this master stands in the endpoints of the service "kubernetes". */
export interface MasterEndpoint {
  readonly address: string;
  readonly port: number;
  /** --apiserver-count */
  readonly masterCount: number;
}

/**
 * Keeps this master's address in the endpoints "kubernetes" (pkg/master/controller.go of 1.3, ReconcileEndpoints):
 * its own is always put in, and when there are more than --apiserver-count, those that follow it in order go. So
 * with too small a count masters evict each other, again and again.
 */
export async function reconcileEndpoints(registry: ObjectRegistry, master: MasterEndpoint): Promise<void> {
  const resource = resourceNamed('endpoints');
  if (!resource) return;
  const key = { resource, namespace: 'default', name: 'kubernetes' };
  const found = await orMissing(registry.get(key));
  const base: JsonObject = found ?? { metadata: { name: 'kubernetes', namespace: 'default' } };
  const before = found === undefined ? undefined : addressesOf(found, master.port);
  if (before === undefined) {
    const subsets = subsetsOf([master.address], master.port);
    if (found) await registry.replace(key, { ...base, subsets });
    else await registry.create(resource, 'default', { ...base, subsets });
    return;
  }
  if (before.includes(master.address) && before.length <= master.masterCount) return;
  const after = withOwn(before, master.address, master.masterCount);
  glog.warning('controller.go:297', `Resetting endpoints for master service "kubernetes" to ${JSON.stringify(after)}`);
  await registry.replace(key, { ...base, subsets: subsetsOf(after, master.port) });
}

/** The addresses with one's own among them, and no more than so many: the ones behind it in order go first. */
export function withOwn(addresses: readonly string[], own: string, masterCount: number): readonly string[] {
  const all = [...new Set([...addresses, own])].toSorted();
  while (all.length > Math.max(masterCount, 1)) {
    const remove = (all.indexOf(own) + 1) % all.length;
    all.splice(remove, 1);
  }
  return all;
}

/** Undefined when the subsets are not of the form that a master writes. */
function addressesOf(endpoints: JsonObject, port: number): readonly string[] | undefined {
  const [subset, ...more] = objects(endpoints, 'subsets');
  const [first, ...others] = objects(subset, 'ports');
  if (!subset || more.length > 0 || others.length > 0 || count(first, 'port') !== port) return undefined;
  return objects(subset, 'addresses').map((address) => text(address, 'ip'));
}

function subsetsOf(addresses: readonly string[], port: number): readonly JsonObject[] {
  return [{ addresses: addresses.map((ip) => ({ ip })), ports: [{ name: 'https', port, protocol: 'TCP' }] }];
}

async function orMissing(found: Promise<JsonObject>): Promise<JsonObject | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}
