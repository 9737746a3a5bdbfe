import { cataloguedReleases } from '../catalog/data.ts';
import { catalogue, isCode } from '../diagnostics/catalogue.ts';
import { compareReleases, minorOf, sameMinor } from '../release/compare.ts';
import { dockerTraits, kubernetesTraits } from '../release/traits.ts';
import { flagValue } from './flag-values.ts';
import type { Rule } from './types.ts';

const storageDriver: Rule = {
  name: 'docker has the storage driver',
  codes: ['KB3305'],
  check({ docker, releases }, diagnostics) {
    const { storageDriver: driver } = docker;
    const { storageDrivers } = dockerTraits(releases.docker);
    if (driver === undefined || storageDrivers.includes(driver)) return;
    diagnostics.add('KB3305', '/docker/storageDriver', `docker ${releases.docker} has no storage driver ${driver}`, {
      hint: `write ${driver === 'overlay2' ? '"overlay", or take docker 1.12 or newer' : `one of ${storageDrivers.join(', ')}`}`,
      related: [{ message: 'the release of docker', pointer: '/releases/docker' }],
    });
  },
};

const testedTogether: Rule = {
  name: 'docker is one that this Kubernetes was tested with',
  codes: ['KB3306'],
  check({ releases }, diagnostics) {
    const newestTested = kubernetesTraits(releases.kubernetes).testedDocker.at(-1);
    if (newestTested === undefined || compareReleases(minorOf(releases.docker), newestTested) <= 0) return;
    const newest = cataloguedReleases('docker-daemon')
      .filter((release) => sameMinor(release, newestTested))
      .at(-1);
    diagnostics.add(
      'KB3306',
      '/releases/docker',
      `docker ${releases.docker} is newer than what Kubernetes ${minorOf(releases.kubernetes)} was tested with: up to ${newestTested}`,
      {
        hint: `write "docker": "${newest ?? newestTested}", or test your workload and write "acceptWarnings": ["KB3306"]`,
        related: [{ message: 'the release of Kubernetes', pointer: '/releases/kubernetes' }],
      },
    );
  },
};

const leaderElection: Rule = {
  name: 'several masters elect a leader',
  codes: ['KB3709'],
  check(model, diagnostics) {
    if (model.hosts.filter((host) => host.roles.includes('master')).length < 2) return;
    for (const key of ['controllerManager', 'scheduler'] as const) {
      const value = flagValue(model[key].flags, 'leader-elect');
      if (value === undefined || !['null', '0', 'f', 'F', 'false', 'FALSE', 'False'].includes(String(value))) continue;
      diagnostics.add('KB3709', `/${key}/flags`, `${key} elects no leader, and there are several masters`, {
        hint: 'remove "leader-elect" from the flags',
      });
    }
  },
};

const privilegedPods: Rule = {
  name: 'apiserver and kubelet agree about privileged pods',
  codes: ['KB3708'],
  check({ apiserver, kubelet, hosts }, diagnostics) {
    if (!hosts.some((host) => host.roles.includes('node'))) return;
    const [ofApiserver, ofKubelet] = [apiserver, kubelet].map(({ flags, allowPrivileged }) => {
      const flag = flagValue(flags, 'allow-privileged');
      return typeof flag === 'boolean' || typeof flag === 'string' ? String(flag) === 'true' : allowPrivileged;
    });
    if (ofApiserver === ofKubelet) return;
    const [yes, no] = ofApiserver ? ['apiserver', 'kubelet'] : ['kubelet', 'apiserver'];
    diagnostics.add('KB3708', `/${no}/allowPrivileged`, `the ${yes} allows privileged pods, and the ${no} does not`, {
      hint: `write "allowPrivileged": true in "${no}" too, or false in "${yes}"`,
      related: [{ message: yes ?? '', pointer: `/${yes}/allowPrivileged` }],
    });
  },
};

const acceptedWarnings: Rule = {
  name: 'accepted warnings are warnings',
  codes: ['KB3901'],
  check({ acceptWarnings }, diagnostics) {
    acceptWarnings.forEach((code, index) => {
      if (isCode(code) && catalogue[code].severity === 'warning') return;
      const why = isCode(code) ? 'is an error, and errors cannot be accepted' : 'is no code of kubebale';
      diagnostics.add('KB3901', `/acceptWarnings/${index}`, `${code} ${why}`, {
        hint: 'remove it; the code of a warning stands in front of its message',
      });
    });
  },
};

export const releaseRules: readonly Rule[] = [
  storageDriver,
  testedTogether,
  leaderElection,
  privilegedPods,
  acceptedWarnings,
];
