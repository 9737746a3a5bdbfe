/** Every program and image archive that the guide's hosts need, by name. */
export const guideArtifacts = {
  etcd: ['etcd', 'etcdctl'],
  master: ['flanneld', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'],
  node: [
    'docker',
    'docker-containerd',
    'docker-containerd-ctr',
    'docker-containerd-shim',
    'docker-runc',
    'kube-proxy',
    'kubelet',
  ],
  images: ['pause.tar'],
} as const;

/** All of them. */
export const allArtifacts: readonly string[] = Object.values(guideArtifacts).flat();
