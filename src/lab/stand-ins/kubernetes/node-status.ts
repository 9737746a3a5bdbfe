import { cpus, release as kernelRelease, totalmem } from 'node:os';
import { glog } from '../log.ts';
import { type ApiClient, isCode, messageOf } from './api-client.ts';
import { type JsonObject, objects, put } from './json.ts';

/** What a kubelet says of its node. */
export interface NodeFacts {
  readonly name: string;
  /** --node-ip, or the host's own address. */
  readonly address: string;
  readonly release: string;
  readonly dockerVersion: string;
  readonly kubeletPort: number;
}

/** The node as it is registered, or as its status is posted; `trouble` says why it is not ready. */
function nodeObject(facts: NodeFacts, trouble: string | undefined, before?: JsonObject): JsonObject {
  const now = new Date().toISOString().replace(/\.[0-9]+Z$/, 'Z');
  const old = objects(before, 'status', 'conditions').find(({ type }) => type === 'Ready');
  const status = trouble === undefined ? 'True' : 'False';
  const reason = trouble === undefined ? 'KubeletReady' : 'KubeletNotReady';
  const condition = (type: string, rest: JsonObject): JsonObject => ({ type, lastHeartbeatTime: now, ...rest });
  const labels = { 'kubernetes.io/hostname': facts.name, 'beta.kubernetes.io/os': 'linux' };
  const base = before ?? { metadata: { name: facts.name, labels }, spec: { externalID: facts.name } };
  const resources = { cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '110' };
  return put(base, ['status'], {
    capacity: resources,
    allocatable: resources,
    conditions: [
      condition('OutOfDisk', { status: 'False', reason: 'KubeletHasSufficientDisk' }),
      condition('MemoryPressure', { status: 'False', reason: 'KubeletHasSufficientMemory' }),
      condition('Ready', {
        status,
        reason,
        message: trouble ?? 'kubelet is posting ready status',
        lastTransitionTime: old?.status === status ? old.lastTransitionTime : now,
      }),
    ],
    addresses: [
      { type: 'LegacyHostIP', address: facts.address },
      { type: 'InternalIP', address: facts.address },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: facts.kubeletPort } },
    nodeInfo: {
      kernelVersion: kernelRelease(),
      osImage: 'stand-in',
      containerRuntimeVersion: `docker://${facts.dockerVersion}`,
      kubeletVersion: `v${facts.release}`,
      kubeProxyVersion: `v${facts.release}`,
    },
  });
}

/** Registers the node, or finds it there. Out: whether the API server knows it now. */
export async function register(api: ApiClient, facts: NodeFacts, trouble: string | undefined): Promise<boolean> {
  glog.info('kubelet.go:1126', `Attempting to register node ${facts.name}`);
  try {
    await api.create('nodes', nodeObject(facts, trouble));
    glog.info('kubelet.go:1129', `Successfully registered node ${facts.name}`);
    return true;
  } catch (error) {
    if (isCode(error, 409)) {
      glog.info('kubelet.go:1151', `Node ${facts.name} was previously registered`);
      return true;
    }
    glog.error('kubelet.go:1132', `Unable to register ${facts.name} with the apiserver: ${messageOf(error)}`);
    return false;
  }
}

/** Posts the status, with so many tries as the real one has. Out: false when the node is no longer known there. */
export async function postStatus(api: ApiClient, facts: NodeFacts, trouble: string | undefined): Promise<boolean> {
  for (let tries = 0; tries < 5; tries++) {
    try {
      const node = await api.get(`nodes/${facts.name}`);
      await api.replace(`nodes/${facts.name}/status`, nodeObject(facts, trouble, node));
      return true;
    } catch (error) {
      if (isCode(error, 404)) return false;
      glog.error('kubelet.go:2913', `Error updating node status, will retry: ${messageOf(error)}`);
    }
  }
  glog.error('kubelet.go:2915', 'Unable to update node status: update node status exceeds retry count');
  return true;
}
