import { count, field, type JsonObject, objectOf, objects, text } from './json.ts';
import { conditionOf } from './node-lifecycle.ts';

/** The columns of one kind, as kubectl 1.3 prints them (pkg/kubectl/resource_printer.go). */
interface Columns {
  readonly header: readonly string[];
  readonly row: (object: JsonObject) => readonly string[];
  /** What -o wide adds. */
  readonly wide?: { readonly header: readonly string[]; readonly row: (object: JsonObject) => readonly string[] };
}

const name = (object: JsonObject): string => text(object, 'metadata', 'name');
const age = (object: JsonObject): string => ageOf(text(object, 'metadata', 'creationTimestamp'));

const columns: Readonly<Record<string, Columns>> = {
  nodes: { header: ['NAME', 'STATUS', 'AGE'], row: (node) => [name(node), nodeStatus(node), age(node)] },
  pods: {
    header: ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
    row: (pod) => [name(pod), readyOf(pod), podStatus(pod), '0', age(pod)],
    wide: {
      header: ['IP', 'NODE'],
      row: (pod) => [text(pod, 'status', 'podIP') || '<none>', text(pod, 'spec', 'nodeName') || '<none>'],
    },
  },
  endpoints: { header: ['NAME', 'ENDPOINTS', 'AGE'], row: (one) => [name(one), endpointsOf(one), age(one)] },
  componentstatuses: {
    header: ['NAME', 'STATUS', 'MESSAGE', 'ERROR'],
    row: (one) => {
      const condition = objects(one, 'conditions')[0];
      const status = text(condition, 'status') === 'True' ? 'Healthy' : 'Unhealthy';
      const error = text(condition, 'error');
      return [name(one), status, text(condition, 'message'), error === 'nil' ? '' : error];
    },
  },
  replicationcontrollers: {
    header: ['NAME', 'DESIRED', 'CURRENT', 'AGE'],
    row: (rc) => [name(rc), String(count(rc, 'spec', 'replicas')), String(count(rc, 'status', 'replicas')), age(rc)],
  },
  services: {
    header: ['NAME', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)', 'AGE'],
    row: (one) => {
      const ports = objects(one, 'spec', 'ports').map(
        (port) => `${count(port, 'port')}/${text(port, 'protocol') || 'TCP'}`,
      );
      return [name(one), text(one, 'spec', 'clusterIP') || 'None', '<none>', ports.join(','), age(one)];
    },
  },
  namespaces: { header: ['NAME', 'STATUS', 'AGE'], row: (one) => [name(one), 'Active', age(one)] },
  events: {
    header: ['LASTSEEN', 'COUNT', 'NAME', 'REASON', 'MESSAGE'],
    row: (one) => [age(one), String(count(one, 'count')), name(one), text(one, 'reason'), text(one, 'message')],
  },
};

/** The table of some objects of a kind; '' for none, as kubectl 1.3 prints nothing then. */
export function table(
  kind: string,
  items: readonly JsonObject[],
  options: { wide: boolean; namespaces: boolean },
): string {
  const found = columns[kind];
  if (!found || items.length === 0) return '';
  const wide = options.wide ? found.wide : undefined;
  const rows = [
    [...(options.namespaces ? ['NAMESPACE'] : []), ...found.header, ...(wide?.header ?? [])],
    ...items.map((item) => [
      ...(options.namespaces ? [text(item, 'metadata', 'namespace')] : []),
      ...found.row(item),
      ...(wide?.row(item) ?? []),
    ]),
  ];
  // tabwriter with a padding of three and columns of ten or more.
  const widths = (rows[0] ?? []).map((_, at) => Math.max(10, ...rows.map((row) => (row[at] ?? '').length + 3)));
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('');
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** The name of a kind in the URL, from any of the names that kubectl takes; undefined when it is none of these. */
export function kindNamed(word: string): string | undefined {
  const names: Readonly<Record<string, string>> = {
    ...{ no: 'nodes', node: 'nodes', po: 'pods', pod: 'pods', ep: 'endpoints', svc: 'services', service: 'services' },
    ...{ cs: 'componentstatuses', componentstatus: 'componentstatuses', ns: 'namespaces', namespace: 'namespaces' },
    ...{ rc: 'replicationcontrollers', replicationcontroller: 'replicationcontrollers', ev: 'events', event: 'events' },
  };
  const lower = word.toLowerCase();
  const full = Object.hasOwn(names, lower) ? names[lower] : lower;
  return full !== undefined && Object.hasOwn(columns, full) ? full : undefined;
}

function nodeStatus(node: JsonObject): string {
  const ready = conditionOf(node)?.status;
  const status = ready === undefined ? 'Unknown' : ready === 'True' ? 'Ready' : 'NotReady';
  return field(node, 'spec', 'unschedulable') === true ? `${status},SchedulingDisabled` : status;
}

function readyOf(pod: JsonObject): string {
  const all = objects(pod, 'spec', 'containers').length;
  return `${objects(pod, 'status', 'containerStatuses').filter((one) => one.ready === true).length}/${all}`;
}

/** A container's waiting reason hides the phase: ErrImagePull and the like; ContainerCreating once it has a node. */
function podStatus(pod: JsonObject): string {
  const [first] = objects(pod, 'status', 'containerStatuses');
  const reason = text(first, 'state', 'waiting', 'reason');
  const creating = text(pod, 'spec', 'nodeName') !== '' && text(pod, 'status', 'phase') === 'Pending';
  return reason || (creating ? 'ContainerCreating' : text(pod, 'status', 'phase'));
}

function endpointsOf(endpoints: JsonObject): string {
  const all = objects(endpoints, 'subsets').flatMap((subset) =>
    objects(subset, 'ports').flatMap((port) =>
      objects(subset, 'addresses').map((address) => `${text(address, 'ip')}:${count(port, 'port')}`),
    ),
  );
  if (all.length === 0) return '<none>';
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',');
}

/** 5s, 3m, 2h, 4d (pkg/kubectl, shortHumanDuration). */
function ageOf(time: string): string {
  const seconds = Math.floor((Date.now() - Date.parse(time)) / 1000);
  if (Number.isNaN(seconds)) return '<unknown>';
  if (seconds < -1) return '<invalid>';
  if (seconds < 60) return `${Math.max(seconds, 0)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** What -o json prints: a list, or the one object that was named. */
export function jsonText(items: readonly JsonObject[], single: boolean): string {
  const [only] = items;
  const value = single ? objectOf(only) : { kind: 'List', apiVersion: 'v1', metadata: {}, items };
  return `${JSON.stringify(value, undefined, 4)}\n`;
}
