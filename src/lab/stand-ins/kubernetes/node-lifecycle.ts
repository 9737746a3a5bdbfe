import { glog } from '../log.ts';
import { type ApiClient, isCode, messageOf, pathOf } from './api-client.ts';
import { type JsonObject, objects, put, text } from './json.ts';

/** The flags of the node controller, in milliseconds. */
export interface NodeLifecycleTimes {
  /** --node-monitor-grace-period */
  readonly grace: number;
  /** --pod-eviction-timeout */
  readonly eviction: number;
}

// With the guide's flags the grace period is as long as the time between two heartbeats: a little more than that has
// to be waited for one that is on its way, or nodes would flap.
const onItsWay = 1500;

interface Watched {
  heartbeat: string;
  changedAt: number;
  notReadySince: number | undefined;
  unknown: boolean;
}

/**
 * The node controller (pkg/controller/node of 1.3): a node whose kubelet has not posted its status for the grace period
 * gets Ready=Unknown, and after the eviction timeout its pods are deleted; with no node Ready nothing is evicted. Times
 * go by this host's own clock, from when a heartbeat was seen to change. Out: a function to call about once a second.
 */
export function nodeLifecycle(api: ApiClient, times: NodeLifecycleTimes): () => Promise<void> {
  const watched = new Map<string, Watched>();
  return async () => {
    const nodes = await api.list('nodes');
    const now = performance.now();
    const names = new Set(nodes.map((node) => text(node, 'metadata', 'name')));
    for (const name of watched.keys()) if (!names.has(name)) watched.delete(name);
    for (const node of nodes) await look(node, now);
    const away = [...watched].filter(([, node]) => node.notReadySince !== undefined);
    // "NodeController is entering network segmentation mode."
    if (away.length === watched.size) return;
    for (const [name, node] of away) if (isDue(node, now)) await evict(api, name);
  };

  /** Of an unknown node the grace period counts too (monitorNodeStatus: probeTimestamp + eviction - grace). */
  function isDue(node: Watched, now: number): boolean {
    if (node.unknown) return now - node.changedAt >= times.eviction - times.grace;
    return now - (node.notReadySince ?? now) >= times.eviction;
  }

  async function look(node: JsonObject, now: number): Promise<void> {
    const name = text(node, 'metadata', 'name');
    const ready = conditionOf(node);
    const heartbeat = text(ready, 'lastHeartbeatTime');
    const known = watched.get(name) ?? { heartbeat, changedAt: now, notReadySince: undefined, unknown: false };
    watched.set(name, known);
    if (known.heartbeat !== heartbeat) Object.assign(known, { heartbeat, changedAt: now });
    const status = text(ready, 'status');
    if (status !== 'Unknown' && now - known.changedAt > times.grace + onItsWay) {
      glog.info('nodecontroller.go:738', `node ${name} hasn't been updated for too long. Adding Unknown condition.`);
      await api.replace(`nodes/${name}/status`, withUnknown(node));
      known.notReadySince ??= now;
      known.unknown = true;
      return;
    }
    known.unknown = status === 'Unknown';
    known.notReadySince = status === 'True' ? undefined : (known.notReadySince ?? now);
  }
}

/** The Ready condition of a node; undefined when it has none. */
export function conditionOf(node: JsonObject): JsonObject | undefined {
  return objects(node, 'status', 'conditions').find((condition) => condition.type === 'Ready');
}

function withUnknown(node: JsonObject): JsonObject {
  const conditions = objects(node, 'status', 'conditions').map((condition) => ({
    ...condition,
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastTransitionTime: new Date().toISOString(),
  }));
  return put(node, ['status', 'conditions'], conditions);
}

async function evict(api: ApiClient, node: string): Promise<void> {
  for (const pod of await api.list(`pods?fieldSelector=spec.nodeName%3D${encodeURIComponent(node)}`)) {
    glog.info('nodecontroller.go:809', `Deleting pod ${text(pod, 'metadata', 'name')} of unresponsive node ${node}`);
    try {
      await api.remove(pathOf('pods', pod));
    } catch (error) {
      if (!isCode(error, 404)) glog.error('nodecontroller.go:812', messageOf(error));
    }
  }
}
