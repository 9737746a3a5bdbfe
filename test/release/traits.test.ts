import { describe, expect, test } from 'vitest';
import { cataloguedReleases } from '../../src/catalog/data.ts';
import {
  allDockerBinaries,
  dockerTraits,
  etcdTraits,
  flannelTraits,
  kubernetesTraits,
} from '../../src/release/traits.ts';
import { flagsFor } from '../catalog/components.ts';

describe('docker', () => {
  test.each([
    ['1.10.3', 'docker daemon', 'graph', false, undefined, true],
    ['1.11.2', 'docker daemon', 'graph', false, undefined, true],
    ['1.12.6', 'dockerd', 'graph', false, undefined, true],
    ['1.13.1', 'dockerd', 'graph', true, undefined, true],
    ['17.03.2', 'dockerd', 'graph', true, undefined, true],
    ['17.12.1', 'dockerd', 'data-root', true, undefined, true],
    ['18.09.9', 'dockerd', 'data-root', true, undefined, true],
    ['19.03.15', 'dockerd', 'data-root', true, 'shareable', true],
    ['20.10.24', 'dockerd', 'data-root', true, 'shareable', false],
  ] as const)('%s: %s --%s', (release, command, graphFlag, forwardDrop, defaultIpcMode, cgroupV1Only) => {
    const traits = dockerTraits(release);
    expect(traits.command.join(' ')).toBe(command);
    expect(traits).toMatchObject({ graphFlag, forwardDrop, defaultIpcMode, cgroupV1Only });
  });

  test.each([
    ['1.10.3', ['docker']],
    ['1.11.0', ['docker', 'docker-containerd', 'docker-containerd-ctr', 'docker-containerd-shim', 'docker-runc']],
    [
      '17.03.2',
      [
        ...['docker', 'docker-containerd', 'docker-containerd-ctr', 'docker-containerd-shim', 'docker-init'],
        ...['docker-proxy', 'docker-runc', 'dockerd'],
      ],
    ],
    ['19.03.15', ['containerd', 'containerd-shim', 'ctr', 'docker', 'docker-init', 'docker-proxy', 'dockerd', 'runc']],
  ])('programs of %s', (release, programs) => {
    expect(dockerTraits(release).binaries.toSorted()).toEqual(programs.toSorted());
  });

  test('the daemon and its helpers are among the programs, each once', () => {
    for (const release of cataloguedReleases('docker-daemon')) {
      const { binaries, helpers, command, storageDrivers } = dockerTraits(release);
      expect(binaries).toContain(command[0]);
      expect(binaries).toEqual(expect.arrayContaining([...helpers]));
      expect(allDockerBinaries).toEqual(expect.arrayContaining([...binaries]));
      for (const list of [binaries, helpers, storageDrivers]) expect(new Set(list).size).toBe(list.length);
    }
  });

  test('the flags that the traits speak of are those of the catalogue', () => {
    for (const release of cataloguedReleases('docker-daemon')) {
      const traits = dockerTraits(release);
      const flags = flagsFor('docker-daemon', release);
      expect(flags.find(traits.graphFlag)).toMatchObject({ deprecated: false });
      expect(flags.find('default-ipc-mode')?.default === 'private').toBe(traits.defaultIpcMode !== undefined);
    }
  });

  test('overlay2 from 1.12 on', () => {
    expect(dockerTraits('1.11.2').storageDrivers).not.toContain('overlay2');
    expect(dockerTraits('1.12.0').storageDrivers).toContain('overlay2');
  });
});

describe('etcd', () => {
  test.each([
    ['2.2.5', false, false, undefined, []],
    ['2.3.1', false, false, undefined, []],
    ['2.3.7', false, false, undefined, ['arm64']],
    ['3.0.7', false, false, '2', ['arm64']],
    ['3.0.8', false, true, '2', ['arm64']],
    ['3.3.27', false, true, '2', ['arm64']],
    ['3.4.23', true, true, '2', ['arm64']],
    ['3.5.0', true, true, '2', []],
  ] as const)('%s', (release, enableV2Flag, listenNeedsIp, etcdctlApi, unsupportedArchitectures) => {
    expect(etcdTraits(release)).toMatchObject({ enableV2Flag, listenNeedsIp, etcdctlApi, unsupportedArchitectures });
  });

  test('--enable-v2 is given where its default is false, and only there', () => {
    for (const release of cataloguedReleases('etcd')) {
      const flag = flagsFor('etcd', release).find('enable-v2');
      expect(etcdTraits(release).enableV2Flag).toBe(flag?.default === 'false');
    }
  });
});

test('Kubernetes: the traits say what the catalogue says', () => {
  for (const release of cataloguedReleases('kubelet')) {
    const traits = kubernetesTraits(release);
    expect(flagsFor('kubelet', release).find(traits.kubeletServers)).toBeDefined();
    expect(flagsFor('kube-scheduler', release).find('leader-elect')?.default).toBe(String(traits.leaderElect));
    expect(traits.storageBackend).toBe('etcd2');
  }
  expect(kubernetesTraits('1.3.3').testedDocker).toContain('1.11');
});

test('flannel: server mode is there while its flags are', () => {
  for (const release of cataloguedReleases('flanneld')) {
    expect(flannelTraits(release).serverMode).toBe(true);
    for (const name of ['listen', 'remote']) expect(flagsFor('flanneld', release).find(name)).toBeDefined();
  }
  expect(flannelTraits('0.4.1').serverMode).toBe(false);
  expect(flannelTraits('0.8.0').serverMode).toBe(false);
});

test('a release older than its table gets the first row', () => {
  expect(dockerTraits('0.1.0').command).toEqual(['docker', 'daemon']);
  expect(etcdTraits('0.4.6').enableV2Flag).toBe(false);
});
