import type { CatalogueEntry } from './entry.ts';

/** 33xx: releases and what they can do together. */
export const releases = {
  KB3301: {
    title: 'This release is not supported',
    severity: 'error',
    cause:
      'Flags come and go between releases. kubebale checks every flag against the list of the release, and has no list for this one.',
    example: '"releases": { "kubernetes": "1.9.0" }',
    cure: 'Choose a release from the list in the message.',
  },
  KB3303: {
    title: 'This flannel has no server mode',
    severity: 'error',
    cause:
      'The masters run flanneld as a server that hands out subnets, the nodes as its clients. The flags -listen and -remote for that exist from flannel 0.5.0 to 0.7.1 only.',
    example: '"releases": { "flannel": "0.8.0" }',
    cure: 'Choose flannel 0.5.0 to 0.7.1.',
  },
  KB3304: {
    title: 'This etcd has no v2 API',
    severity: 'error',
    cause:
      'Kubernetes 1.3 to 1.5 and flannel keep their data in the v2 API of etcd. From etcd 3.4 on it has to be turned on, which kubebale does; from 3.6 on it is gone.',
    example: '"releases": { "etcd": "3.6.0" }',
    cure: 'Choose an etcd release up to 3.4, and leave enable-v2 out of the flags.',
  },
  KB3305: {
    title: 'This docker has not that storage driver',
    severity: 'error',
    cause: 'overlay2 came with docker 1.12; an older daemon stops at once with "graphdriver: … not supported".',
    example: '"releases": { "docker": "1.11.2" }, "docker": { "storageDriver": "overlay2" }',
    cure: 'Use "overlay" (kernel 3.18 and newer) or "devicemapper" with docker 1.10 and 1.11, or a newer docker.',
  },
  KB3306: {
    title: 'Docker is newer than what this Kubernetes was tested with',
    severity: 'warning',
    // 1.3: kubernetes issue 25893 (1.10, 1.11); 1.4: issues 35891 and 28698 (1.11.2, 1.12.1); 1.5: CHANGELOG-1.5 (1.10.3 to 1.12.3).
    cause:
      'The Kubernetes project tested 1.3 with docker 1.10 and 1.11, 1.4 with 1.11 and 1.12, 1.5 with 1.10 to 1.12. Newer ones changed defaults that an old kubelet relies on: from 1.13 on docker drops forwarded packets, from 19.03 on containers of a pod can no longer share IPC.',
    example: '"releases": { "kubernetes": "1.3.3", "docker": "20.10.24" }',
    cure: 'Use the docker release that the message names. If you need a newer one: kubebale opens the FORWARD chain again and sets --default-ipc-mode=shareable where the release needs it; test your own workload, then accept the warning ("acceptWarnings": ["KB3306"]).',
  },
} as const satisfies Record<string, CatalogueEntry>;
