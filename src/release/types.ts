/** A release that the flag catalogue knows by component. */
export type CatalogComponent =
  | 'etcd'
  | 'flanneld'
  | 'docker-daemon'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubelet'
  | 'kube-proxy';
