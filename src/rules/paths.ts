import { posix } from 'node:path';
import type { Diagnostics } from '../diagnostics/collector.ts';
import type { ClusterModel } from '../model/types.ts';
import type { Rule } from './types.ts';

interface GivenPath {
  readonly name: string;
  readonly text: string;
  readonly pointer: string;
  readonly kind: 'base' | 'data' | 'socket';
  /** Whether a mount option or a bind mount of docker or the kubelet holds it. */
  readonly mounted: boolean;
}

/** Folders that belong to the system or to everybody (FHS 3.0): nothing but folders of ours may lie in a data folder. */
const systemFolders = new Set(
  `/ /bin /boot /dev /etc /home /lib /lib32 /lib64 /lost+found /media /mnt /opt /proc /root /run /sbin /snap /srv /sys
  /tmp /usr /usr/bin /usr/include /usr/lib /usr/lib64 /usr/libexec /usr/local /usr/local/bin /usr/local/lib /usr/local/sbin
  /usr/sbin /usr/share /usr/src /var /var/cache /var/db /var/empty /var/lib /var/local /var/lock /var/log /var/mail /var/opt
  /var/run /var/spool /var/tmp`.split(/\s+/),
);

/** Folders in which nothing of ours may lie, however deep. */
const forbiddenTrees = [
  '/boot',
  '/dev',
  '/proc',
  '/sys',
  '/etc',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/usr/bin',
  '/usr/sbin',
  '/usr/lib',
];

/** Folders whose contents are gone after a reboot, or after some days: no place for data that has to stay. */
const volatileTrees = ['/run', '/var/run', '/tmp', '/var/tmp'];

/** The paths of the specification. Those that were worked out from the base folder are left to the base's own check. */
function givenPaths({ paths, etcd, docker, kubelet }: ClusterModel): GivenPath[] {
  const base = paths.base.replace(/\/+$/, '');
  const data = (name: string, text: string, pointer: string, mounted: boolean, below: string): GivenPath[] =>
    text === `${base}/${below}` ? [] : [{ name, text, pointer, kind: 'data', mounted }];
  const graph = data('docker.graph', docker.graph, '/docker/graph', true, 'docker/runtime_1.11');
  return [
    { name: 'paths.base', text: paths.base, pointer: '/paths/base', kind: 'base', mounted: graph.length === 0 },
    ...data('etcd.dataDir', etcd.dataDir, '/etcd/dataDir', false, 'etcd/data-dir'),
    ...walFolder(etcd).map(
      ({ name, path, pointer }) => ({ name, text: path, pointer, kind: 'data', mounted: false }) as const,
    ),
    ...graph,
    ...data('docker.execRoot', docker.execRoot, '/docker/execRoot', false, 'docker/run'),
    { name: 'docker.socket', text: docker.socket, pointer: '/docker/socket', kind: 'socket', mounted: false },
    ...(kubelet.rootDir === undefined
      ? []
      : [
          {
            name: 'kubelet.rootDir',
            text: kubelet.rootDir,
            pointer: '/kubelet/rootDir',
            kind: 'data',
            mounted: true,
          } as const,
        ]),
  ];
}

/** Where etcd's log goes when `flags` say so; it is data like the rest. */
function walFolder({ flags }: ClusterModel['etcd']): { name: string; path: string; pointer: string }[] {
  const path = flags['wal-dir'];
  return typeof path === 'string' ? [{ name: 'wal-dir', path, pointer: '/etcd/flags/wal-dir' }] : [];
}

const plainPaths: Rule = {
  name: 'paths are in plain form',
  codes: ['KB3403'],
  check(model, diagnostics) {
    for (const path of givenPaths(model)) reportForm(path, diagnostics);
  },
};

function reportForm({ name, text, pointer, kind, mounted }: GivenPath, diagnostics: Diagnostics): void {
  const add = (why: string, hint: string): void =>
    diagnostics.add('KB3403', pointer, `${name} is ${JSON.stringify(text)}, ${why}`, { hint });
  const control = /[\x00-\x1f\x7f]/.exec(text);
  const plain = plainForm(text);
  if (control) add('which holds a control character', `write ${JSON.stringify(text.replace(/[\x00-\x1f\x7f]/g, ''))}`);
  else if (plain !== text && text !== '/') add('which is not in plain form', `write "${plain}"`);
  else if (mounted && /[:,\\]/.test(text))
    add('and mounts cannot carry ":", "," and "\\"', 'choose a name without them');
  else if (kind === 'socket' && Buffer.byteLength(text) > 107)
    add('and the path of a socket has at most 107 bytes', 'choose a shorter one, like "/var/run/docker.sock"');
}

const ownFolders: Rule = {
  name: 'data folders are folders of their own',
  codes: ['KB3401'],
  check(model, diagnostics) {
    for (const { name, text, pointer, kind } of givenPaths(model)) {
      const path = plainForm(text);
      const trees =
        kind === 'socket' || name === 'docker.execRoot' ? forbiddenTrees : [...forbiddenTrees, ...volatileTrees];
      const tree = trees.find((folder) => isInside(path, folder));
      if (!systemFolders.has(path) && tree === undefined) continue;
      const why = systemFolders.has(path)
        ? 'which is a folder of the system'
        : `which lies in ${tree}${tree !== undefined && volatileTrees.includes(tree) ? ', where nothing outlives a reboot' : ''}`;
      const examples = { base: '/home/work', data: `/home/work/${name.split('.')[0]}`, socket: '/var/run/docker.sock' };
      diagnostics.add('KB3401', pointer, `${name} is ${text}, ${why}`, {
        hint: `use a ${kind === 'socket' ? 'file' : 'folder'} of its own, like "${examples[kind]}"`,
      });
    }
  },
};

const separateFolders: Rule = {
  name: 'no data folder lies inside another',
  codes: ['KB3402'],
  check(model, diagnostics) {
    const { etcd, docker, kubelet } = model;
    const given = new Set(givenPaths(model).map(({ pointer }) => pointer));
    const folders = [
      { name: 'etcd.dataDir', path: plainForm(etcd.dataDir), pointer: '/etcd/dataDir' },
      ...walFolder(etcd).map((folder) => ({ ...folder, path: plainForm(folder.path) })),
      { name: 'docker.graph', path: plainForm(docker.graph), pointer: '/docker/graph' },
      { name: 'docker.execRoot', path: plainForm(docker.execRoot), pointer: '/docker/execRoot' },
      // The kubelet's own default when no other is given.
      { name: 'kubelet.rootDir', path: plainForm(kubelet.rootDir ?? '/var/lib/kubelet'), pointer: '/kubelet/rootDir' },
      { name: 'docker.socket', path: plainForm(docker.socket), pointer: '/docker/socket' },
    ];
    for (const outer of folders) {
      for (const inner of folders) {
        const equal = inner.path === outer.path && folders.indexOf(outer) < folders.indexOf(inner);
        // The socket is one file, and docker's exec root is where a socket may well lie.
        const inside = isInside(inner.path, outer.path) && inner.name !== 'docker.socket';
        // A folder of the system has been reported as such.
        if ((!equal && !inside) || systemFolders.has(outer.path)) continue;
        const relation = equal ? 'is also' : 'lies inside';
        // What the specification does not say cannot be what is wrong in it.
        const [wrong, other] = given.has(outer.pointer) && !given.has(inner.pointer) ? [outer, inner] : [inner, outer];
        diagnostics.add('KB3402', wrong.pointer, `${inner.name} ${inner.path} ${relation} ${outer.name}`, {
          hint: 'put them side by side, like "/home/work/etcd" and "/home/work/docker"',
          related: [{ message: other.name, pointer: other.pointer }],
        });
      }
    }
  },
};

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder === '/' ? '/' : `${folder}/`) && path !== folder;
}

/** Without `.`, `..`, doubled slashes and one at the end. */
function plainForm(path: string): string {
  return posix.resolve('/', path.replace(/^\/+/, '/'));
}

export const pathRules: readonly Rule[] = [plainPaths, ownFolders, separateFolders];
