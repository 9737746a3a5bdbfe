import type { Entry } from '../bundle/types.ts';
import type { ClusterPlan, HostPlan, UnitPlan } from '../plan/types.ts';
import { doctorData, portRows } from './doctor.ts';
import { readmeData } from './readme.ts';
import { servicesData } from './services.ts';
import { startScriptData } from './start-script.ts';
import type { Data } from './template-values.ts';
import type { Templates } from './templates.ts';

const encoder = new TextEncoder();

/** An executable script. */
function script(path: string, text: string): Entry {
  return { path, mode: 0o755, content: { bytes: encoder.encode(text) } };
}

/** A text that is read. */
export function document(path: string, text: string): Entry {
  return { path, mode: 0o644, content: { bytes: encoder.encode(text) } };
}

/** The scripts and the run sheet of one host: what differs from host to host. Pure. */
export function renderHost(plan: ClusterPlan, host: HostPlan, templates: Templates): Entry[] {
  const self: Readonly<Record<string, Data>> = { cluster: plan.cluster, host: host.name, address: host.address };
  const render = (template: string, data: Readonly<Record<string, Data>> = {}): string =>
    templates.render(template, { ...self, ...data });
  const units = host.units.flatMap((unit) => [
    script(unit.start, templates.render(unit.start, startScriptData(plan.cluster, host, unit))),
    script(unit.stop, render('stop-unit.sh', { unit: unit.id })),
    ...(unit.id === 'etcd' ? etcdScripts(plan, host, unit, templates) : []),
  ]);
  const stops = host.units.map((unit) => unit.stop).toReversed();
  // Where kubectl is, there is an API server too.
  const api = host.units.find((unit) => unit.id === 'kube-apiserver')?.settings.KB_HEALTH_PORT ?? '';
  return [
    ...units,
    ...(host.roles.includes('node') ? nodeScripts(plan, host, render) : []),
    script('update-hosts.sh', render('update-hosts.sh')),
    script('verify.sh', render('verify.sh', { artifacts: host.artifacts.map((need) => need.path) })),
    // Not of the plan's steps: it checks the bundle itself, before the first change on the host.
    script('start.sh', render('start.sh', { steps: ['verify.sh', ...host.steps], api })),
    script('stop.sh', render('stop.sh', { stops, api })),
    script('status.sh', render('status.sh', { units: host.units.map(({ id, start }) => ({ unit: id, start })) })),
    script('doctor.sh', render('doctor.sh', doctorData(host))),
    script('uninstall.sh', render('uninstall.sh', uninstallData(host))),
    script('install-services.sh', render('install-services.sh', servicesData(host))),
    script('rotate-logs.sh', render('rotate-logs.sh')),
    document('README.md', templates.render('README.md', readmeData(plan, host))),
  ];
}

const etcdLife = [
  'migrate-etcd',
  'add-member',
  'replace-member',
  'remove-member',
  'backup-etcd',
  'restore-etcd',
  'recover-etcd',
] as const;

/** The scripts that change a cluster's members or its data: the start script's data block, each with its own main. */
function etcdScripts(plan: ClusterPlan, host: HostPlan, unit: UnitPlan, templates: Templates): Entry[] {
  const data = startScriptData(plan.cluster, host, unit);
  return etcdLife.map((name) => script(`etcd/${name}.sh`, templates.render(`etcd/${name}.sh`, data)));
}

/** What the scripts of etcd's life leave beside its data (templates/lib: etcd-guard.sh, etcd-refound.sh, etcd-life.sh). */
function besideEtcdData(folder: string): readonly string[] {
  return folder === '' ? [] : ['first-start', 'in-progress', 'origin', 'new'].map((word) => `${folder}.${word}`);
}

/** What uninstall.sh has to know of a host; '' and nothing where it is no node. */
function uninstallData(host: HostPlan): Readonly<Record<string, Data>> {
  const setting = (unit: string, name: string): string => {
    const value = host.units.find(({ id }) => id === unit)?.settings[name];
    return typeof value === 'string' ? value : '';
  };
  return {
    data: [...host.dataPaths.map(({ path }) => path), ...besideEtcdData(setting('etcd', 'KB_ETCD_DATA_DIR'))],
    podNetwork: setting('flanneld', 'KB_POD_NETWORK'),
    socket: setting('docker', 'KB_DOCKER_SOCKET'),
    registry: setting('docker', 'KB_DOCKER_REGISTRY'),
    ca: setting('docker', 'KB_DOCKER_CA'),
  };
}

function nodeScripts(
  plan: ClusterPlan,
  host: HostPlan,
  render: (template: string, data?: Readonly<Record<string, Data>>) => string,
): Entry[] {
  const docker = host.units.find((unit) => unit.id === 'docker');
  const binaries = host.artifacts.filter((need) => need.of.startsWith('docker ')).map((need) => need.name);
  const images = host.artifacts
    .filter((need) => need.kind === 'image')
    .map((need) => ({ file: need.name, name: need.of }));
  const socket = docker?.settings.KB_DOCKER_SOCKET;
  const registry = docker?.settings.KB_DOCKER_REGISTRY;
  if (typeof socket !== 'string' || typeof registry !== 'string')
    throw new Error(`${host.name} is a node without docker's settings`);
  return [
    script('node/mount-cgroup.sh', render('node/mount-cgroup.sh')),
    script('node/install-docker.sh', render('node/install-docker.sh', { binaries })),
    script('node/load-images.sh', render('node/load-images.sh', { socket, images, pauseImage: plan.pauseImage })),
    script('node/push-images.sh', render('node/push-images.sh', { socket, images, registry })),
  ];
}

/** What all hosts of a cluster share: the libraries and the lists of hosts and members. Pure. */
export function renderShared(plan: ClusterPlan, templates: Templates): Entry[] {
  return [
    ...[...templates.libraries].map(([path, text]) => document(path, text)),
    document('lib/hosts.tsv', rows(plan.hosts.map((host) => [host.name, host.address, host.roles.join(',')]))),
    document('lib/cluster.tsv', rows(Object.entries(plan.facts))),
    document('lib/ports.tsv', rows(portRows(plan))),
    document('lib/extra-hosts.tsv', rows(plan.extraNames.map(({ name, address }) => [name, address]))),
    document(
      'lib/etcd-members.tsv',
      rows(
        plan.members.map((member) => [member.name, member.host, member.address, member.clientPort, member.peerPort]),
      ),
    ),
  ];
}

/**
 * The list by which load-images.sh and push-images.sh tell our image from another one of the same name. Pure.
 *
 * @param images file in images/, name in docker, ID (`sha256:` and the digest of the configuration)
 * @returns nothing when there are no images: the scripts then go by the name
 */
export function renderImageList(
  images: readonly { readonly file: string; readonly name: string; readonly id: string }[],
): Entry[] {
  if (images.length === 0) return [];
  return [document('lib/images.tsv', rows(images.map(({ file, name, id }) => [file, name, id])))];
}

/** Tab-separated, a row a line. */
function rows(lists: readonly (readonly (string | number)[])[]): string {
  return lists.map((row) => `${row.join('\t')}\n`).join('');
}
