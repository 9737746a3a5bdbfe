import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { ipv4Addresses } from '../addresses.ts';
import { sendJson, sendText } from '../http-server.ts';
import { glog, writeError } from '../log.ts';
import type { StandIn } from '../types.ts';
import { type ApiClient, apiClient, messageOf } from './api-client.ts';
import { type Daemon, Exit, healthTrouble, healthzOnly, runDaemon } from './daemon.ts';
import { type DockerApi, dockerApi } from './docker-api.ts';
import { defaultAddress } from './host-address.ts';
import { type JsonObject, text } from './json.ts';
import { type NodeFacts, postStatus, register } from './node-status.ts';
import { postPodStatus } from './pod-status.ts';
import { type SandboxPod, sandboxes } from './sandboxes.ts';

// Kubelet's maxWaitForContainerRuntime.
const runtimeMayBeAway = 30_000;

/**
 * Stands for kubelet: registers its node, posts its status, and keeps one container from the pause image for each pod
 * of the node, and for one static pod of its own. Not there: the pods' own containers, volumes, probes, image garbage
 * collection; TLS on the kubelet's port.
 */
export const kubelet: StandIn = (invocation) => runDaemon('kubelet', invocation, start);

async function start(daemon: Daemon): Promise<void> {
  const { flags } = daemon;
  const docker = dockerApi(flags.text('docker-endpoint') || 'unix:///var/run/docker.sock');
  const node = await nodeFacts(daemon, docker);
  // Only the first one is used (pkg/kubelet of 1.3: "TODO: adapt Kube client to support LB over several servers").
  const [server = ''] = flags.list('api-servers').flatMap((value) => value.split(','));
  const api = server === '' ? undefined : apiClient(server);
  if (!api) glog.warning('server.go:603', 'No API client: no api servers specified');
  await openPorts(daemon);
  glog.info('server.go:713', `Started kubelet v${daemon.release}`);

  const runtime = watchRuntime();
  if (api) {
    // The real one tries to register after 100 ms, 200 ms and so on up to seven seconds, then posts in its own time.
    let known = false;
    let next = 0;
    daemon.every(500, async () => {
      if (performance.now() < next) return;
      known = known ? await postStatus(api, node, runtime.trouble()) : await register(api, node, runtime.trouble());
      if (known) next = performance.now() + flags.milliseconds('node-status-update-frequency') - 500;
    });
  }
  keepPods(daemon, docker, api, node, runtime);
}

/** Asks docker first: without its answer the kubelet of 1.3 does not start. */
async function nodeFacts({ flags, release }: Daemon, docker: DockerApi): Promise<NodeFacts> {
  glog.info(
    'docker.go:363',
    `Connecting to docker on ${flags.text('docker-endpoint') || 'unix:///var/run/docker.sock'}`,
  );
  let dockerVersion: string;
  try {
    dockerVersion = await docker.version();
  } catch (error) {
    // cmd/kubelet/kubelet.go prints what app.Run returns, and ends with 1.
    writeError(
      `error: failed to run Kubelet: failed to create kubelet: failed to get docker version: ${messageOf(error)}\n`,
    );
    throw new Exit(1);
  }
  const name = flags.text('hostname-override') || hostname().toLowerCase();
  const address = flags.text('node-ip') || defaultAddress() || anyAddress();
  return { name, address, release, dockerVersion, kubeletPort: flags.number('port') };
}

function anyAddress(): string {
  const all = [...ipv4Addresses().values()].flat();
  return all.find((address) => !address.startsWith('127.')) ?? '127.0.0.1';
}

async function openPorts(daemon: Daemon): Promise<void> {
  const { flags } = daemon;
  const address = flags.text('address');
  if (flags.number('healthz-port') > 0) {
    daemon.serveWhenFree(healthTrouble, flags.text('healthz-bind-address'), flags.number('healthz-port'), healthzOnly);
  }
  if (!flags.on('enable-server')) return;
  await daemon.accept('server.go:111', address, flags.number('port'));
  if (flags.number('read-only-port') > 0) {
    await daemon.serve('server.go:122', address, flags.number('read-only-port'), healthzOnly);
  }
  if (flags.number('cadvisor-port') > 0) {
    await daemon.serve('cadvisor_linux.go:162', '', flags.number('cadvisor-port'), ({ url, response }) => {
      if (url.pathname === '/api/v1.3/machine') return sendJson(response, 200, { num_cores: 1 });
      return url.pathname === '/healthz'
        ? sendText(response, 200, 'ok')
        : sendText(response, 404, '404 page not found\n');
    });
  }
}

interface Runtime {
  readonly answered: () => void;
  readonly trouble: () => string | undefined;
}

/** docker may be away for a while, as when it is started anew, before the node is not ready. */
function watchRuntime(): Runtime {
  let last = performance.now();
  return {
    answered: () => {
      last = performance.now();
    },
    trouble: () => (performance.now() - last > runtimeMayBeAway ? 'container runtime is down' : undefined),
  };
}

/**
 * Looks every two seconds at the pods of this node. One static pod "rehearsal-NODE" is the stand-in's own: it is not in
 * the API, and is there for the pause image to be really used on every node, also before anybody creates a pod.
 */
function keepPods(
  daemon: Daemon,
  docker: DockerApi,
  api: ApiClient | undefined,
  node: NodeFacts,
  runtime: Runtime,
): void {
  const boxes = sandboxes(docker, daemon.flags.text('pod-infra-container-image'));
  const own: SandboxPod = {
    name: `rehearsal-${node.name}`,
    namespace: 'default',
    // The same after a restart, so that its container is found again.
    uid: createHash('sha256').update(node.name).digest('hex').slice(0, 32),
  };
  // While the API server is away the pods last known go on.
  let pods: readonly JsonObject[] | undefined = api ? undefined : [];
  daemon.every(2000, async () => {
    try {
      pods = (await api?.list(`pods?fieldSelector=spec.nodeName%3D${encodeURIComponent(node.name)}`)) ?? pods;
    } catch (error) {
      glog.error(
        'reflector.go:216',
        `pkg/kubelet/config/apiserver.go:43: Failed to list *api.Pod: ${messageOf(error)}`,
      );
    }
    try {
      const states = await boxes.sync([own, ...(pods ?? []).map(sandboxPod)], pods !== undefined);
      runtime.answered();
      for (const pod of pods ?? []) {
        const state = states.get(text(pod, 'metadata', 'uid'));
        if (api && state) await postPodStatus(api, pod, node.address, state);
      }
    } catch (error) {
      glog.error('generic.go:197', `GenericPLEG: Unable to retrieve pods: ${messageOf(error)}`);
    }
  });
}

function sandboxPod(pod: JsonObject): SandboxPod {
  return {
    name: text(pod, 'metadata', 'name'),
    namespace: text(pod, 'metadata', 'namespace'),
    uid: text(pod, 'metadata', 'uid'),
  };
}
