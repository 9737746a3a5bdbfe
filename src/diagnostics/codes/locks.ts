import type { CatalogueEntry } from './entry.ts';

/** KB4006 to KB4019: the lock, the hashes in it, and the copies that kubebale keeps. */
export const locks = {
  KB4006: {
    title: 'There is no lock',
    severity: 'error',
    cause:
      'compile takes only programs and images whose hashes stand in cluster.lock.json beside the specification, so that the same bytes go to every host, today and in a year.',
    example: 'kubebale compile cluster.json, before kubebale fetch or kubebale lock was run',
    cure: 'kubebale fetch SPEC downloads what is needed and writes the lock; kubebale lock SPEC --artifacts DIR writes it from files that are here. With --scripts-only no lock is needed.',
  },
  KB4007: {
    title: 'The lock cannot be used',
    severity: 'error',
    cause:
      'cluster.lock.json is written by kubebale and ends with a digest of itself. It was changed by hand, by a merge or by a failing disk, or another version of kubebale wrote it.',
    example: 'one character of a hash in cluster.lock.json was changed',
    cure: 'Take it from your version control, or move it away and run kubebale fetch or kubebale lock again.',
  },
  KB4008: {
    title: 'The lock does not fit the specification',
    severity: 'error',
    cause:
      'The specification asks for another release, another program, image or hash than the lock has: it was changed after the lock was written.',
    example: '"releases": { "etcd": "3.0.6" }, and a lock with etcd 2.3.7',
    cure: 'Run kubebale fetch, or kubebale lock with the folder of the artifacts: they bring the lock up to date.',
  },
  KB4009: {
    title: 'A file is not the one that is expected',
    severity: 'error',
    cause:
      'Its SHA-256 is not the one that was published, that the specification says, or that the lock has recorded: it is another version, an incomplete download, a damaged copy, or somebody changed it.',
    example: 'etcd-v2.3.7-linux-amd64.tar.gz in the artifacts folder is that of another release',
    cure: 'Bring the right file. If the change is meant: put the new hash into the specification; a hash that was accepted with --trust-first-use is forgotten when cluster.lock.json is moved away.',
  },
  KB4010: {
    title: 'Nobody has published a hash',
    severity: 'error',
    cause:
      'kubebale takes no file whose hash it cannot check. For this one its catalogue has none, and the specification says none.',
    example: 'a private rebuild of etcd in the artifacts folder, and no "sha256" in the specification',
    cure: 'Compare the hash that the message prints with one that you trust, and write it into "artifacts" of the specification; or run the command again with --trust-first-use, which records it in the lock.',
  },
  KB4011: {
    title: 'A file that the specification gives as an artifact cannot be read',
    severity: 'error',
    cause: 'Paths in the specification are relative to the file it stands in. A program is a regular file.',
    example: '"artifacts": [{ "component": "etcd", "folder": "my-build" }], and no my-build/etcdctl',
    cure: 'Put the file there, or correct the path. With "programs" you say which programs the folder has.',
  },
  KB4016: {
    title: 'A program is not one for the host',
    severity: 'error',
    cause:
      'A program has to be an ELF file for the architecture of the hosts that it goes to. A text file, a script, an empty file or a program for another architecture would fail on the host, in the night.',
    example: '"architecture": "arm64" for a host, and an etcd for amd64 among the artifacts',
    cure: 'Give the program of the right architecture. Programs for several architectures lie in folders amd64 and arm64 below the artifacts folder.',
  },
  KB4017: {
    title: 'A kept copy is damaged',
    severity: 'error',
    cause:
      'kubebale keeps what it fetched and opened under its SHA-256, and a file there does not have the bytes of its name any more: the disk is failing, or somebody wrote into it.',
    example: 'one byte of a file in ~/.cache/kubebale/sha256 was changed',
    cure: 'Remove the file that the message names, and run kubebale fetch or kubebale lock again, which bring it back.',
  },
} as const satisfies Record<string, CatalogueEntry>;
