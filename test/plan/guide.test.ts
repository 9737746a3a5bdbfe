import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundlesOf, guideText, minimal } from '../support/specs.ts';
import { layOut, printedArgv, scratch } from '../support/unpack.ts';

/*
 * The guide's command lines, from its text (requirements G1, G3-G7, G9-G11), typed again as they stand there. Only
 * these differences are allowed: `-` for `_`, --insecure-bind-address for the apiserver's --address.
 */
interface Row {
  readonly id: string;
  readonly script: string;
  readonly guide: string;
  /** Flags that kubebale adds; docs/additions.md says why. */
  readonly added: readonly string[];
}

const etcdServers = 'http://sandbox-1:2379,http://sandbox-2:2379,http://sandbox-3:2379';

const rows: readonly Row[] = [
  {
    id: 'G1',
    script: 'etcd/start-etcd.sh',
    guide:
      'etcd --name etcd2 --data-dir /home/work/etcd/data-dir --advertise-client-urls http://sandbox-1:2379,http://sandbox-1:4001 --listen-client-urls http://0.0.0.0:2379,http://0.0.0.0:4001 --initial-advertise-peer-urls http://sandbox-1:2380 --listen-peer-urls http://0.0.0.0:2380 --initial-cluster-token etcd-cluster-1 --initial-cluster etcd0=http://sandbox-3:2380,etcd1=http://sandbox-2:2380,etcd2=http://sandbox-1:2380 --initial-cluster-state new',
    added: [],
  },
  {
    id: 'G3',
    script: 'master/start-kube-apiserver.sh',
    guide: `kube-apiserver --logtostderr=true --v=4 --etcd_servers=${etcdServers} --address=0.0.0.0 --allow_privileged=false --service-cluster-ip-range=10.254.0.0/16 --service-node-port-range=8000-40000`,
    added: ['--advertise-address=10.207.182.18', '--apiserver-count=3'],
  },
  {
    id: 'G4',
    script: 'master/start-kube-controller-manager.sh',
    guide:
      'kube-controller-manager --logtostderr=true --v=4 --master=http://127.0.0.1:8080 --node-monitor-grace-period=10s --pod-eviction-timeout=10s --leader-elect=true',
    added: [],
  },
  {
    id: 'G5',
    script: 'master/start-kube-scheduler.sh',
    guide: 'kube-scheduler --logtostderr=true --v=2 --master=http://127.0.0.1:8080 --leader-elect=true',
    added: [],
  },
  {
    id: 'G6',
    script: 'master/start-flanneld-server.sh',
    guide: 'flanneld -v 16 -listen=0.0.0.0:8888',
    added: [`-etcd-endpoints=${etcdServers}`, '-iface=10.207.182.18'],
  },
  {
    id: 'G7',
    script: 'node/start-flanneld.sh',
    guide: `flanneld -etcd-endpoints=${etcdServers} -remote=sandbox-1:8888`,
    added: ['-iface=10.207.182.18'],
  },
  {
    id: 'G9',
    script: 'node/start-docker.sh',
    guide:
      'docker daemon -H unix:///var/run/docker.sock -H tcp://0.0.0.0:2375 --graph=/home/work/docker/runtime_1.11 --exec-root=/home/work/docker/run --insecure-registry=registry.Xcloud.com --bip=@FLANNEL_SUBNET@ --mtu=@FLANNEL_MTU@',
    added: [],
  },
  {
    id: 'G10',
    script: 'node/start-kubelet.sh',
    guide:
      'kubelet --logtostderr=true --cadvisor-port=8194 --cluster_dns=10.254.88.188 --cluster_domain=Xcloud.local --v=4 --api_servers=http://127.0.0.1:8080 --address=0.0.0.0 --allow_privileged=false --pod-infra-container-image=registry.Xcloud.com/public/pause:1.0.2 --container-runtime=docker',
    added: ['--hostname-override=sandbox-1', '--node-ip=10.207.182.18'],
  },
  {
    id: 'G11',
    script: 'node/start-kube-proxy.sh',
    guide: 'kube-proxy --logtostderr=true --v=4 --master=http://127.0.0.1:8080',
    added: ['--hostname-override=sandbox-1'],
  },
];

function modern(word: string): string {
  if (word === '--address=0.0.0.0') return '--insecure-bind-address=0.0.0.0';
  const [name = '', ...value] = word.split('=');
  return name.startsWith('-') ? [name.replaceAll('_', '-'), ...value].join('=') : word;
}

for (const [title, spec] of [
  ['the example', guideText],
  ['a minimal specification', minimal()],
] as const) {
  describe(`the guide's command lines from ${title}`, () => {
    const [bundle] = bundlesOf(spec);
    if (!bundle) throw new Error('no bundle');
    const root = layOut(bundle, scratch('guide'));
    mkdirSync(join(root, 'bin'), { recursive: true });

    it.each(rows)('$id: $script', ({ id, script, guide, added }) => {
      const [program = '', ...words] = printedArgv(root, script);
      const expected = guide.split(' ');
      // Only the kubelet has --address itself; the apiserver's is deprecated.
      const wanted = expected
        .slice(1)
        .map((word) => (id === 'G3' ? modern(word) : modern(word).replace('insecure-bind-', '')));
      expect(basename(program)).toBe(expected[0]);
      expect(words).toEqual([...wanted, ...added]);
    });
  });
}
