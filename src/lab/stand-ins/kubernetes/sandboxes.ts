import { randomBytes } from 'node:crypto';
import { glog } from '../log.ts';
import { messageOf } from './api-client.ts';
import type { DockerApi, DockerContainer } from './docker-api.ts';
import { text } from './json.ts';

/** A pod as far as docker is concerned. */
export interface SandboxPod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
}

/** How a pod stands after a look at it: its address, or why it does not run (as in a container's waiting state). */
export type SandboxState = { readonly address: string } | { readonly reason: string; readonly message: string };

/** Keeps docker's containers as the pods want them. */
export interface Sandboxes {
  /**
   * Makes what is missing and, when `all` pods of the node are known, removes what is too much. Out: the state of each
   * pod, by uid.
   */
  sync(pods: readonly SandboxPod[], all: boolean): Promise<ReadonlyMap<string, SandboxState>>;
}

// The labels of pkg/kubelet/dockertools/labels.go.
const uidLabel = 'io.kubernetes.pod.uid';

/**
 * One container from the pause image for each pod, as the kubelet's infra container k8s_POD: it holds the pod's
 * network. The pod's own containers are not started: their images are the user's, and this is a rehearsal. A container
 * that has stopped or vanished is made again; the image is pulled when it is not there, and a pull that failed is tried
 * again after 10 s, then 20 s, up to 5 minutes (image backoff of 1.3), but an image that came otherwise is seen at once.
 */
export function sandboxes(docker: DockerApi, image: string): Sandboxes {
  let backoff = 0;
  let notBefore = 0;
  let pullError = '';

  /** Undefined when the image is there now. */
  async function pulled(): Promise<SandboxState | undefined> {
    if ((await docker.imageId(image)) !== undefined) {
      backoff = 0;
      return undefined;
    }
    if (performance.now() < notBefore) {
      return { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` };
    }
    try {
      glog.info('kube_docker_client.go:252', `Pulling image "${image}"`);
      await docker.pull(image);
      backoff = 0;
      return undefined;
    } catch (error) {
      backoff = Math.min(Math.max(backoff * 2, 10_000), 300_000);
      notBefore = performance.now() + backoff;
      pullError = `image pull failed for ${image}, this may be because there are no credentials on this image.  details: (${messageOf(error)})`;
      return { reason: 'ErrImagePull', message: pullError };
    }
  }

  async function started(pod: SandboxPod): Promise<SandboxState> {
    const failure = await pulled();
    if (failure && 'reason' in failure) {
      const { reason, message } = failure;
      const full = `${pod.name}_${pod.namespace}(${pod.uid})`;
      glog.error(
        'docker_manager.go:1751',
        `Failed to create pod infra container: ${reason}; Skipping pod "${full}": ${message}`,
      );
      const said = `failed to "StartContainer" for "POD" with ${reason}: "${message}"`;
      glog.error('pod_workers.go:183', `Error syncing pod ${pod.uid}, skipping: ${said}`);
      return failure;
    }
    try {
      return { address: await docker.address(await docker.run(containerName(pod), image, labelsOf(pod))) };
    } catch (error) {
      const message = messageOf(error);
      glog.error(
        'docker_manager.go:1751',
        `Failed to create pod infra container: RunContainerError; Skipping pod "${pod.name}": ${message}`,
      );
      return { reason: 'RunContainerError', message };
    }
  }

  return {
    async sync(pods, all) {
      const states = new Map<string, SandboxState>();
      const found = await docker.containers(uidLabel);
      const wanted = new Set(pods.map((pod) => pod.uid));
      const kept = new Map<string, DockerContainer>();
      for (const container of found) {
        const uid = text(container.labels, uidLabel);
        if (container.running && wanted.has(uid) && !kept.has(uid)) kept.set(uid, container);
        else if (all || wanted.has(uid)) await removed(docker, container);
      }
      for (const pod of pods) {
        const container = kept.get(pod.uid);
        states.set(pod.uid, container ? { address: await docker.address(container.id) } : await started(pod));
      }
      return states;
    },
  };
}

async function removed(docker: DockerApi, container: DockerContainer): Promise<void> {
  try {
    glog.info('docker_manager.go:1364', `Killing container "${container.id}"`);
    await docker.remove(container.id);
  } catch (error) {
    glog.error('docker_manager.go:1390', `Failed to remove container "${container.id}": ${messageOf(error)}`);
  }
}

/** k8s_POD.HASH_NAME_NAMESPACE_UID_RANDOM (pkg/kubelet/dockertools/docker.go, BuildDockerName). */
function containerName({ name, namespace, uid }: SandboxPod): string {
  return `k8s_POD.d8dbe16c_${name}_${namespace}_${uid}_${randomBytes(4).toString('hex')}`;
}

function labelsOf({ name, namespace, uid }: SandboxPod): Record<string, string> {
  return {
    'io.kubernetes.container.name': 'POD',
    'io.kubernetes.pod.name': name,
    'io.kubernetes.pod.namespace': namespace,
    [uidLabel]: uid,
  };
}
