import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { HostBundle } from '../../src/bundle/types.ts';
import { hostile } from '../support/hostile.ts';
import { bundlesOf, guideText, host, minimal, textsOf } from '../support/specs.ts';
import { printFindings } from './finding.ts';
import { lintScripts, type ScriptFile } from './shell.ts';

const vip = { controlPlane: { endpoint: { kind: 'vip', address: '10.207.182.250' } } };
const releases = (kubernetes: string, etcd: string, flannel: string, docker: string) => ({
  releases: { kubernetes, etcd, flannel, docker },
});

/** Role mixes, releases and options, each of which changes what scripts hold. */
const specs: Readonly<Record<string, object | string>> = {
  'the example': guideText,
  'one host': { name: 'one', hosts: [host(1)] },
  'separate roles': {
    name: 'separate',
    hosts: [
      host(1, ['etcd']),
      host(2, ['etcd']),
      host(3, ['etcd']),
      host(4, ['master']),
      host(5, ['master']),
      host(6, ['node']),
    ],
  },
  'etcd alone': { name: 'etcd-only', hosts: [host(1, ['etcd']), host(2, ['etcd']), host(3, ['etcd'])] },
  'masters that are no members': {
    name: 'm',
    hosts: [host(1, ['etcd']), host(2, ['master', 'node']), host(3, ['node'])],
    ...vip,
  },
  'etcd on nodes': { name: 'n', hosts: [host(1, ['etcd', 'node']), host(2, ['master'])] },
  'seven members': { name: 'seven', hosts: [1, 2, 3, 4, 5, 6, 7].map((number) => host(number)) },
  'addresses in URLs': minimal({
    etcd: { urls: 'addresses', listenAddress: 'host' },
    controlPlane: { urls: 'addresses' },
  }),
  'Kubernetes 1.4': minimal(releases('1.4.6', '2.3.7', '0.6.2', '1.12.6')),
  'Kubernetes 1.5': minimal(releases('1.5.3', '3.0.17', '0.7.1', '1.13.1')),
  'etcd 2.2': minimal(releases('1.3.5', '2.2.5', '0.5.0', '1.10.3')),
  'etcd 3.1': minimal(releases('1.3.3', '3.1.20', '0.7.0', '17.03.2')),
  'etcd 3.2': minimal(releases('1.3.3', '3.2.32', '0.5.5', '17.12.1')),
  'etcd 3.3': minimal(releases('1.3.3', '3.3.27', '0.5.5', '18.09.9')),
  'etcd 3.4': minimal(releases('1.3.3', '3.4.23', '0.5.5', '19.03.15')),
  'docker 20.10': minimal(releases('1.3.3', '3.4.23', '0.5.5', '20.10.24')),
  arm64: {
    name: 'arm',
    hosts: [host(1, undefined, { architecture: 'arm64', interface: 'eth0', gateway: '10.207.182.1' })],
  },
  vxlan: minimal({ networks: { flannelBackend: { type: 'vxlan', vni: 3 }, podSubnetLength: 25 } }),
  'host-gw': minimal({ networks: { flannelBackend: { type: 'host-gw' } } }),
  'no DNS, no hosts file': minimal({ networks: { clusterDNS: null, hostsFile: false } }),
  'a registry by address': minimal({ registry: { host: '10.207.182.99:5000', insecure: false } }),
  'a registry with its address': minimal({ registry: { host: 'registry.example:5000', address: '10.207.182.99' } }),
  'no TCP listener, a storage driver': minimal({ docker: { tcp: false, storageDriver: 'devicemapper' } }),
  'other paths': minimal({
    paths: { base: '/srv/my data' },
    docker: { socket: '/run/d x/docker.sock' },
    kubelet: { rootDir: '/srv/kube let' },
  }),
  'dropped flags': minimal({
    apiserver: { flags: { 'advertise-address': null } },
    kubelet: { flags: { 'node-ip': null } },
  }),
  ...Object.fromEntries(
    chunks(hostile, 3).map((values, index) => [
      `hostile values ${index + 1}`,
      minimal({
        etcd: { token: values[0] },
        networks: { clusterDomain: values[1] ?? 'x' },
        scheduler: { flags: { 'scheduler-name': values[2] ?? values[0] } },
        docker: { flags: { label: values.map((value) => `a=${value}`) } },
      }),
    ]),
  ),
};

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

/** One bundle of each mix of roles: hosts with the same roles differ in names and addresses alone. */
function distinct(bundles: readonly HostBundle[]): HostBundle[] {
  const paths = (bundle: HostBundle): string => bundle.own.map((entry) => entry.path).join();
  return [...new Map(bundles.map((bundle) => [paths(bundle), bundle])).values()];
}

function rendered(): ScriptFile[] {
  return Object.values(specs).flatMap((spec, index) =>
    distinct(bundlesOf(spec)).flatMap((bundle) =>
      [...textsOf(bundle)]
        .filter(([path]) => path.endsWith('.sh') || path.endsWith('.tsv'))
        .map(([path, text]) => ({ path: `${index}/${bundle.host}/${path}`, text })),
    ),
  );
}

describe('rendered scripts', () => {
  it('of every role mix, release and option pass bash -n, shellcheck, shfmt and the ban on newer bash', async () => {
    expect(Object.keys(specs).length).toBeLessThanOrEqual(40);
    const files = rendered();
    expect(new Set(files.map((file) => file.text)).size).toBeGreaterThan(150);
    expect(printFindings(await lintScripts(files))).toBe('');
  }, 1_200_000);
});

/** The files below a folder of the project whose names end so, each under its own name. */
function below(folder: string, ending: string): ScriptFile[] {
  const root = fileURLToPath(new URL(`../../${folder}/`, import.meta.url));
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

describe('the scripts of the lab', () => {
  it('pass the same lint', async () => {
    const files = below('templates/lab', '.sh');
    expect(files.length).toBeGreaterThan(3);
    expect(printFindings(await lintScripts(files))).toBe('');
  }, 300_000);
});

describe('the bats suites', () => {
  it('pass the same lint', async () => {
    const findings = await lintScripts(below('bats', '.bash').map((file) => ({ ...file, path: `${file.path}.sh` })));
    // They run on the build machine only, so newer bash is fine there.
    expect(printFindings(findings.filter((finding) => !finding.rule.startsWith('bash42')))).toBe('');
  }, 300_000);
});
