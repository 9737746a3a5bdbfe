import { glog } from '../log.ts';
import { type ApiClient, isCode, messageOf, pathOf } from './api-client.ts';
import { count, field, isObject, type JsonObject, objectOf, put, text } from './json.ts';

/**
 * The replication manager (pkg/controller/replication): creates the pods that a ReplicationController lacks and deletes
 * those that are too many, the ones without a node first. To be called about once a second.
 */
export async function replicate(api: ApiClient): Promise<void> {
  const controllers = await api.list('replicationcontrollers');
  if (controllers.length === 0) return;
  const pods = await api.list('pods');
  for (const controller of controllers) {
    try {
      await balance(api, controller, pods);
    } catch (error) {
      glog.error('replication_controller.go:505', `Error syncing ${pathOf('rc', controller)}: ${messageOf(error)}`);
    }
  }
}

async function balance(api: ApiClient, controller: JsonObject, pods: readonly JsonObject[]): Promise<void> {
  const namespace = text(controller, 'metadata', 'namespace');
  const name = text(controller, 'metadata', 'name');
  const wanted = count(controller, 'spec', 'replicas');
  const mine = pods.filter((pod) => isChosen(controller, pod));
  if (mine.length < wanted) {
    glog.info(
      'replication_controller.go:441',
      `Too few "${namespace}"/"${name}" replicas, need ${wanted}, creating ${wanted - mine.length}`,
    );
  }
  for (let made = mine.length; made < wanted; made++)
    await api.create(`namespaces/${namespace}/pods`, newPod(controller));
  const unbound = (pod: JsonObject): number => (text(pod, 'spec', 'nodeName') === '' ? 0 : 1);
  const surplus = mine.toSorted((a, b) => unbound(a) - unbound(b)).slice(0, Math.max(0, mine.length - wanted));
  for (const pod of surplus) await removed(api, pod);
  if (count(controller, 'status', 'replicas') !== mine.length) {
    await api.replace(`${pathOf('replicationcontrollers', controller)}/status`, {
      ...controller,
      status: { replicas: mine.length },
    });
  }
}

/** Whether a pod is one of the controller's: same namespace, and all labels of its selector. */
export function isChosen(controller: JsonObject, pod: JsonObject): boolean {
  const selector = field(controller, 'spec', 'selector');
  if (!isObject(selector) || Object.keys(selector).length === 0) return false;
  if (text(pod, 'metadata', 'namespace') !== text(controller, 'metadata', 'namespace')) return false;
  return Object.entries(selector).every(([label, value]) => text(pod, 'metadata', 'labels', label) === value);
}

/** With the note by which kubectl drain knows whose pod it is (pkg/controller/controller_utils.go, getPodsAnnotationSet). */
function newPod(controller: JsonObject): JsonObject {
  const [namespace, name] = [text(controller, 'metadata', 'namespace'), text(controller, 'metadata', 'name')];
  const uid = text(controller, 'metadata', 'uid');
  const resourceVersion = text(controller, 'metadata', 'resourceVersion');
  const reference = { kind: 'ReplicationController', namespace, name, uid, apiVersion: 'v1', resourceVersion };
  const createdBy = `${JSON.stringify({ kind: 'SerializedReference', apiVersion: 'v1', reference })}\n`;
  const template = objectOf(field(controller, 'spec', 'template'));
  const noted = put(template, ['metadata', 'annotations', 'kubernetes.io/created-by'], createdBy);
  return put(noted, ['metadata', 'generateName'], `${name}-`);
}

async function removed(api: ApiClient, pod: JsonObject): Promise<void> {
  try {
    await api.remove(pathOf('pods', pod));
  } catch (error) {
    if (!isCode(error, 404)) throw error;
  }
}
