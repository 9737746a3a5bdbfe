import { writeOutput } from '../log.ts';
import { type ApiClient, pathOf } from './api-client.ts';
import { field, type JsonObject, objectOf, parseJson, put, text } from './json.ts';
import type { Command } from './kubectl-commands.ts';
import type { KubectlOptions } from './kubectl-options.ts';

/** cordon NODE, uncordon NODE (pkg/kubectl/cmd/drain.go of 1.3, RunCordonOrUncordon). */
export const cordon: Command = async (api, options) => {
  const name = nodeOf(options);
  const done = options.words[0] === 'uncordon' ? 'uncordoned' : 'cordoned';
  const unschedulable = done === 'cordoned';
  const node = await api.get(`nodes/${name}`);
  const already = (field(node, 'spec', 'unschedulable') === true) === unschedulable;
  if (!already) {
    await api.replace(`nodes/${name}`, put(node, ['spec', 'unschedulable'], unschedulable || undefined));
  }
  writeOutput(`node "${name}" ${already ? 'already ' : ''}${done}\n`);
};

/**
 * drain NODE [--force] [--ignore-daemonsets] (RunDrain of 1.3): no more pods, and those that a controller keeps are
 * deleted, without waiting for their end. One pod without a controller, and nothing is deleted without --force. Only
 * ReplicationControllers are known here: the creator of any other pod is "gone", as the real one says of it then.
 */
export const drain: Command = async (api, options, release) => {
  const name = nodeOf(options);
  await cordon(api, options, release);
  const deleted: JsonObject[] = [];
  const alone: string[] = [];
  for (const pod of await api.list(`pods?fieldSelector=spec.nodeName%3D${encodeURIComponent(name)}`)) {
    const annotations = objectOf(field(pod, 'metadata', 'annotations'));
    if (annotations['kubernetes.io/config.mirror'] !== undefined) continue;
    const managed = await hasCreator(api, annotations);
    if (!managed) alone.push(text(pod, 'metadata', 'name'));
    if (managed || options.on('force')) deleted.push(pod);
  }
  const unmanaged = `pods not managed by ReplicationController, ReplicaSet, Job, or DaemonSet: ${alone.join(',')}`;
  if (alone.length > 0 && !options.on('force')) throw new Error(`${unmanaged} (use --force to override)`);
  if (alone.length > 0) writeOutput(`WARNING: About to delete these ${unmanaged}\n`);
  for (const pod of deleted) {
    await api.remove(pathOf('pods', pod));
    writeOutput(`pod "${text(pod, 'metadata', 'name')}" deleted\n`);
  }
  writeOutput(`node "${name}" drained\n`);
};

function nodeOf(options: KubectlOptions): string {
  const [command = '', name, ...more] = options.words;
  if (name === undefined || more.length > 0) throw new Error(`USAGE: ${command} NODE [flags]`);
  return name;
}

/** The creator that the annotation names has to be there still. */
async function hasCreator(api: ApiClient, annotations: JsonObject): Promise<boolean> {
  const reference = field(parseJson(text(annotations, 'kubernetes.io/created-by')), 'reference');
  if (text(reference, 'kind') !== 'ReplicationController') return false;
  const path = `namespaces/${text(reference, 'namespace')}/replicationcontrollers/${text(reference, 'name')}`;
  return api.get(path).then(
    () => true,
    () => false,
  );
}
