import { docker } from './docker/client.ts';
import { dockerd } from './docker/daemon.ts';
import { dockerHelper } from './docker/helpers.ts';
import { etcd } from './etcd/etcd.ts';
import { etcdctl } from './etcd/etcdctl.ts';
import { flanneld } from './flannel/flanneld.ts';
import { kubeApiserver } from './kubernetes/apiserver.ts';
import { kubeControllerManager } from './kubernetes/controller-manager.ts';
import { kubectl } from './kubernetes/kubectl.ts';
import { kubelet } from './kubernetes/kubelet.ts';
import { kubeProxy } from './kubernetes/proxy.ts';
import { kubeScheduler } from './kubernetes/scheduler.ts';
import { writeError } from './log.ts';
import { setProcessName } from './process-name.ts';
import type { StandIn } from './types.ts';

/** Which stand-in stands for which program of a bundle's bin/. */
const programs: Readonly<Record<string, StandIn>> = {
  etcd,
  etcdctl,
  flanneld,
  docker,
  dockerd,
  'kube-apiserver': kubeApiserver,
  'kube-controller-manager': kubeControllerManager,
  'kube-scheduler': kubeScheduler,
  'kube-proxy': kubeProxy,
  kubelet,
  kubectl,
};

/** docker's helpers: docker-containerd, docker-runc, docker-proxy and so on; from 18.09 without `docker-` in front. */
const helper = /^(docker-.+|containerd.*|ctr|runc)$/;

/** `stand-in.js PROGRAM RELEASE WORD...`. Out: the exit code of the program that it stands for. */
async function main(words: readonly string[]): Promise<number> {
  const [program = '', release = '', ...argv] = words;
  const standIn = Object.hasOwn(programs, program) ? programs[program] : undefined;
  const chosen = standIn ?? (helper.test(program) ? dockerHelper : undefined);
  if (!chosen || release === '') {
    writeError(`usage: stand-in.js PROGRAM RELEASE WORD...\nPROGRAM is one of ${Object.keys(programs).join(', ')}\n`);
    return 2;
  }
  setProcessName(program);
  try {
    return await chosen({ program, release, argv });
  } catch (error) {
    writeError(`${program}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

// Sockets and timers of a program that has ended must not keep the process.
process.exit(await main(process.argv.slice(2)));
