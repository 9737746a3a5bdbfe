import { glog } from '../log.ts';
import { type ApiClient, isCode, messageOf, pathOf } from './api-client.ts';
import { field, type JsonObject, objects, text } from './json.ts';
import type { SandboxState } from './sandboxes.ts';

/** Tells the API server how a pod is, when that is not what it knows already. A pod runs when its sandbox does. */
export async function postPodStatus(api: ApiClient, pod: JsonObject, host: string, state: SandboxState): Promise<void> {
  const status = statusOf(pod, host, state);
  const known = field(pod, 'status');
  if (summary(known) === summary(status)) return;
  try {
    await api.replace(`${pathOf('pods', pod)}/status`, { metadata: { name: text(pod, 'metadata', 'name') }, status });
  } catch (error) {
    // It may have been deleted a moment ago.
    if (!isCode(error, 404)) glog.warning('manager.go:397', `Failed to update status for pod: ${messageOf(error)}`);
  }
}

function statusOf(pod: JsonObject, hostIP: string, state: SandboxState): JsonObject {
  const runs = 'address' in state;
  const now = new Date().toISOString().replace(/\.[0-9]+Z$/, 'Z');
  const waiting = runs ? undefined : { reason: state.reason, message: state.message };
  const containerStatuses = objects(pod, 'spec', 'containers').map((container) => ({
    name: text(container, 'name'),
    image: text(container, 'image'),
    ready: runs,
    restartCount: 0,
    state: runs ? { running: { startedAt: now } } : { waiting },
  }));
  return {
    phase: runs ? 'Running' : 'Pending',
    conditions: [{ type: 'Ready', status: runs ? 'True' : 'False' }],
    hostIP,
    ...(runs ? { podIP: state.address } : {}),
    startTime: text(pod, 'status', 'startTime') || now,
    containerStatuses,
  };
}

/** What of a status matters, so that it is not written anew at each look. */
function summary(status: unknown): string {
  const reasons = objects(status, 'containerStatuses').map((one) => text(one, 'state', 'waiting', 'reason'));
  return [text(status, 'phase'), text(status, 'podIP'), text(status, 'hostIP'), ...reasons].join(' ');
}
