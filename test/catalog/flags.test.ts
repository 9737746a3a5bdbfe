import { describe, expect, test } from 'vitest';
import { flagsOf } from '../../src/catalog/flags.ts';
import type { CatalogComponent } from '../../src/release/types.ts';
import { everySet, flagsFor } from './components.ts';

describe('which release is used', () => {
  test.each([
    ['kubelet', '1.3.3', '1.3.3', true],
    ['kubelet', '1.3.10', '1.3.5', false],
    ['kubelet', '1.5.0', '1.5.3', false],
    ['etcd', '3.0.8', '3.0.0', false],
    ['etcd', '3.0.9', '3.0.17', false],
    ['flanneld', '0.5.7', '0.5.6', false],
    ['docker-daemon', '17.3.2', '17.03.2', true],
    ['docker-daemon', '20.10.7', '20.10.24', false],
  ] as const)('%s %s is checked against %s', (component, release, checkedAgainst, exact) => {
    expect(flagsOf(component, release)).toMatchObject({ component, release, checkedAgainst, exact });
  });

  test.each([
    ['kubelet', '1.6.4'],
    ['etcd', '3.5.1'],
    ['docker-daemon', '17.09.0'],
    ['flanneld', '0.8.0'],
  ] as const)('%s %s is not catalogued', (component, release) => {
    expect(flagsOf(component, release)).toBeUndefined();
  });

  test.each([
    ['docker-daemon', '1.12.6', 'mflag'],
    ['docker-daemon', '1.13.1', 'pflag'],
    ['etcd', '3.4.23', 'goflag'],
    ['kube-proxy', '1.3.3', 'pflag'],
  ] as const)('%s %s parses like %s', (component, release, parser) => {
    expect(flagsOf(component, release)?.parser).toBe(parser);
  });
});

describe('find', () => {
  test('every name of every flag, with and without dashes', () => {
    for (const set of everySet) {
      for (const flag of set.all) {
        for (const name of flag.names) {
          expect(set.find(name)).toBe(flag);
          expect(set.find(`-${name}`)).toBe(flag);
          expect(set.find(`--${name}`)).toBe(flag);
        }
      }
    }
  });

  test('short names lead to the long one', () => {
    expect(flagsFor('docker-daemon', '1.11.2').find('-H')).toMatchObject({ name: 'host', repeats: true });
    expect(flagsFor('docker-daemon', '1.11.2').find('-D')?.name).toBe('debug');
  });

  test('kube takes underscores for dashes, the others do not', () => {
    expect(flagsFor('kube-apiserver', '1.3.3').find('--etcd_servers')?.name).toBe('etcd-servers');
    expect(flagsFor('kubelet', '1.3.3').find('cluster_dns')?.name).toBe('cluster-dns');
    expect(flagsFor('etcd', '2.3.7').find('data_dir')).toBeUndefined();
    expect(flagsFor('docker-daemon', '1.13.1').find('exec_root')).toBeUndefined();
    expect(flagsFor('flanneld', '0.5.5').find('etcd_endpoints')).toBeUndefined();
  });

  test('names of glog in flanneld hold an underscore', () => {
    expect(flagsFor('flanneld', '0.5.5').find('log_dir')?.name).toBe('log_dir');
    expect(flagsFor('flanneld', '0.5.5').find('log-dir')).toBeUndefined();
    expect(flagsFor('flanneld', '0.5.5').suggest('log-dir')).toBe('log_dir');
  });

  test('what is known of a flag', () => {
    expect(flagsFor('kube-apiserver', '1.3.3').find('address')).toMatchObject({ type: 'ip', deprecated: true });
    expect(flagsFor('kubelet', '1.3.3').find('api-servers')).toMatchObject({ deprecated: false, repeats: true });
    expect(flagsFor('kubelet', '1.4.6').find('api-servers')?.deprecated).toBe(true);
    expect(flagsFor('kube-scheduler', '1.3.3').find('leader-elect')).toMatchObject({
      default: 'false',
      bareMeans: 'true',
      repeats: false,
    });
    expect(flagsFor('kube-scheduler', '1.4.6').find('leader-elect')?.default).toBe('true');
  });

  test('nonsense is not found, nor is what every object has', () => {
    for (const name of ['', '-', '--', '---x', 'constructor', '__proto__', 'no such thing']) {
      expect(flagsFor('etcd', '2.3.7').find(name)).toBeUndefined();
      expect(flagsFor('etcd', '2.3.7').suggest(name)).toBeUndefined();
    }
  });
});

describe('suggest', () => {
  const rows: readonly [CatalogComponent, string, string, string | undefined][] = [
    ['etcd', '2.3.7', '--data_dir', 'data-dir'],
    ['etcd', '2.3.7', 'dataDir', 'data-dir'],
    ['etcd', '2.3.7', 'listen-client-url', 'listen-client-urls'],
    ['etcd', '3.4.23', 'peer-addr', 'initial-advertise-peer-urls'],
    ['docker-daemon', '1.11.2', '--data-root', 'graph'],
    ['docker-daemon', '1.11.2', 'insecure-registries', 'insecure-registry'],
    ['docker-daemon', '1.11.2', 'hosts', 'host'],
    ['kubelet', '1.3.3', 'pod-manifest-path', 'config'],
    ['kubelet', '1.3.3', 'api_server', 'api-servers'],
    ['kubelet', '1.3.3', 'master', 'api-servers'],
    ['kube-proxy', '1.3.3', 'api-servers', 'master'],
    ['kube-apiserver', '1.3.3', 'etcd-server', 'etcd-servers'],
    ['kube-apiserver', '1.3.3', 'service-node-port-rnage', 'service-node-port-range'],
    ['flanneld', '0.5.5', 'etcd-endpoint', 'etcd-endpoints'],
    ['etcd', '2.3.7', 'something-else-entirely', undefined],
    ['kubelet', '1.3.3', 'x', undefined],
  ];
  test.each(rows)('%s %s: %s → %s', (component, release, name, expected) => {
    expect(flagsFor(component, release).suggest(name)).toBe(expected);
  });

  test('a suggestion is always a flag of that release', () => {
    for (const set of everySet) {
      for (const other of everySet.flatMap((one) => (one.component === set.component ? one.all : []))) {
        const suggestion = set.suggest(other.name);
        if (suggestion !== undefined) expect(set.find(suggestion)).toBeDefined();
      }
    }
  });
});

test('knownIn tells which releases have a name', () => {
  expect(flagsFor('docker-daemon', '1.11.2').knownIn('--data-root')[0]).toBe('17.12.1');
  expect(flagsFor('etcd', '2.3.7').knownIn('enable-v2')).toEqual(['3.2.32', '3.3.27', '3.4.23']);
  expect(flagsFor('kubelet', '1.3.3').knownIn('cgroup_driver')).toEqual(['1.5.3']);
  expect(flagsFor('etcd', '2.3.7').knownIn('nonsense')).toEqual([]);
});
