import type { CatalogueEntry } from './entry.ts';

/** 32xx and 34xx: ports and folders on the hosts. */
export const hostResources = {
  KB3201: {
    title: 'Two programs on one port',
    severity: 'error',
    cause: 'Both run on the same host, and the second one to start dies with "address already in use".',
    example: '"apiserver": { "insecurePort": 2379 } on a host that is etcd member and master',
    cure: 'Give one of the two another port.',
  },
  KB3401: {
    title: 'A folder of the system itself',
    severity: 'error',
    cause:
      'Scripts make this folder, change its mode and, at an uninstall, remove what lies in it. With /, /home, /var, /usr and the like that is the system or the data of others.',
    example: '"docker": { "graph": "/var" }',
    cure: 'Use a folder of its own below it, such as /home/work or /var/lib/kubebale.',
  },
  KB3402: {
    title: 'One data folder inside another',
    severity: 'error',
    cause:
      'Each program takes its folder for its own: docker and etcd clean up what they do not know, and emptying one folder would take the other with it.',
    example: '"etcd": { "dataDir": "/data/docker/etcd" }, "docker": { "graph": "/data/docker" }',
    cure: 'Put the folders side by side, such as /data/etcd and /data/docker.',
  },
  KB3403: {
    title: 'A path that is not in plain form',
    severity: 'error',
    // Linux: sun_path of a UNIX socket has 108 bytes with the closing NUL; mount(8) separates options by commas, overlay its layers by colons.
    cause:
      'With "..", ".", "//" or a slash at the end, two spellings of one folder look different, and checks such as "one path inside another" miss them. Colons, commas and backslashes separate things in mount options and bind mounts of docker and the kubelet; a path of a socket has at most 107 bytes; control characters break lists of mounts.',
    example: '"etcd": { "dataDir": "/data/../etcd/" }',
    cure: 'Write the path as the message shows it: from /, without "." and "..", without a slash at the end.',
  },
} as const satisfies Record<string, CatalogueEntry>;
