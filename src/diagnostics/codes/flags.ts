import type { CatalogueEntry } from './entry.ts';

/** 37xx: flags that the user adds, changes or drops. */
export const flags = {
  KB3701: {
    title: 'Unknown flag',
    severity: 'error',
    cause: 'This release of the program has no flag of this name, and would refuse to start with it.',
    example: '"kubelet": { "flags": { "max-pod": 60 } }',
    cure: 'Use the flag that the message suggests, or remove it.',
  },
  KB3702: {
    title: 'A value that this flag does not take',
    severity: 'error',
    cause:
      'Flags have types: a duration is like 1m30s, an address like 10.0.0.1, a switch true or false. The program would stop at its start.',
    example: '"kubelet": { "flags": { "max-pods": "many" } }',
    cure: 'Write a value of the type that the message names.',
  },
  KB3703: {
    title: 'A deprecated flag',
    severity: 'warning',
    cause: 'It still works in this release, with a notice in the log, and goes away in a later one.',
    example: '"kubelet": { "flags": { "resource-container": "/kubelet" } }',
    cure: 'Use the flag that replaces it when there is one, or accept the warning ("acceptWarnings": ["KB3703"]).',
  },
  KB3704: {
    title: 'A flag that kubebale decides',
    severity: 'error',
    cause:
      'Scripts, health checks or other hosts rely on this value. It is set by a key of the specification, from which all places get it; set as a flag it would change in one place only. The same goes for one flag in two spellings.',
    example: '"etcd": { "flags": { "data-dir": "/data/etcd" } }',
    cure: 'Remove the flag and set the key that the message names.',
  },
  KB3705: {
    title: 'A flag is dropped that is not given anyway',
    severity: 'warning',
    cause: 'null takes a flag out of the command line. This one was not in it, so perhaps another one was meant.',
    example: '"scheduler": { "flags": { "policy-config-file": null } }',
    cure: 'Remove the line, or correct the name; `kubebale plan` shows all flags.',
  },
  KB3706: {
    title: 'A flag that must not stand in a start script',
    severity: 'error',
    cause:
      'A start script runs again after every reboot. --force-new-cluster would wreck etcd at its next start, --help would end the program at once, and a configuration file would contradict the command line.',
    example: '"etcd": { "flags": { "force-new-cluster": true } }',
    cure: 'Remove the flag.',
  },
  KB3707: {
    title: 'A list for a flag that takes one value',
    severity: 'error',
    cause: 'A list gives the flag several times. This one takes a single value, and the last would win silently.',
    example: '"kubelet": { "flags": { "max-pods": [60, 110] } }',
    cure: 'Keep one value. Flags that hold a list in one text take it with commas: "a,b".',
  },
  KB3708: {
    title: 'The apiserver and the kubelet disagree about privileged pods',
    severity: 'warning',
    cause:
      'A privileged pod has to be allowed by both. With the apiserver alone it is accepted, and then never starts; with the kubelet alone the switch has no effect.',
    example: '"apiserver": { "allowPrivileged": true }, "kubelet": { "allowPrivileged": false }',
    cure: 'Set apiserver.allowPrivileged and kubelet.allowPrivileged to the same value.',
  },
  KB3709: {
    title: 'Several masters, and no leader is elected',
    severity: 'warning',
    cause:
      'Every controller manager and every scheduler acts at once then: pods are made twice, bound twice and deleted by one while the other makes them.',
    example: '"controllerManager": { "flags": { "leader-elect": false } } with three masters',
    cure: 'Remove the flag: kubebale gives --leader-elect=true by itself.',
  },
} as const satisfies Record<string, CatalogueEntry>;
