/** One kind of object that the API server keeps. */
export interface Resource {
  /** As in the URL. */
  readonly name: string;
  readonly kind: string;
  /** Folder under --etcd-prefix; as in the registries of pkg/registry. */
  readonly folder: string;
  readonly namespaced: boolean;
  /** Seconds after which etcd drops it (--event-ttl). */
  readonly ttl?: number;
}

const rows: readonly Resource[] = [
  { name: 'nodes', kind: 'Node', folder: 'minions', namespaced: false },
  { name: 'namespaces', kind: 'Namespace', folder: 'namespaces', namespaced: false },
  { name: 'pods', kind: 'Pod', folder: 'pods', namespaced: true },
  { name: 'endpoints', kind: 'Endpoints', folder: 'services/endpoints', namespaced: true },
  { name: 'services', kind: 'Service', folder: 'services/specs', namespaced: true },
  { name: 'replicationcontrollers', kind: 'ReplicationController', folder: 'controllers', namespaced: true },
  { name: 'events', kind: 'Event', folder: 'events', namespaced: true, ttl: 3600 },
];

/** The kind with this name in a URL; undefined when it is not served. */
export function resourceNamed(name: string): Resource | undefined {
  return rows.find((row) => row.name === name);
}

/** All kinds that are served. */
export const resources = rows;
