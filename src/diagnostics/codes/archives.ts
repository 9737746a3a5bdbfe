import type { CatalogueEntry } from './entry.ts';

const trust =
  'Do not use this archive. Get it again from its authors, and compare its SHA-256 with the one that they publish.';

/** KB4101 to KB4119: archives. They are untrusted: every entry is checked, also those that nobody wants. */
export const archives = {
  KB4101: {
    title: 'A file is no archive',
    severity: 'error',
    cause:
      'Programs come in a tar, a tar.gz, or as the program itself. An empty file, a web page or a text is often what a proxy or a login page answered instead of the archive.',
    example: 'etcd-v2.3.7-linux-amd64.tar.gz that begins with <!DOCTYPE html>',
    cure: 'Look into the file with `head -c 200`, and get the archive itself.',
  },
  KB4102: {
    title: 'An archive is packed in a way that kubebale does not read',
    severity: 'error',
    cause: 'kubebale reads tar and gzip, the forms that the official releases have; no xz, bzip2, zstd or zip.',
    example: 'my-build.tar.xz as file of an artifact',
    cure: 'Unpack it as the message says (`xz -d my-build.tar.xz`), and give the tar that comes out.',
  },
  KB4103: {
    title: 'A gzip file is cut off',
    severity: 'error',
    cause:
      'The file ends before its gzip data does: a download broke off, a disk was full, or the copy is not done yet.',
    example: 'kubernetes.tar.gz with 1.1 of its 1.4 GB',
    cure: 'Fetch or copy it again; `gzip -t kubernetes.tar.gz` shows whether it is whole.',
  },
  KB4104: {
    title: 'A tar is cut off',
    severity: 'error',
    cause: 'The tar stops within an entry, or without the zero bytes that end it.',
    example: 'a tar that was copied from a disk that was full',
    cure: 'Fetch or copy it again; `tar tf FILE` shows whether it is whole.',
  },
  KB4105: {
    title: 'A gzip file is damaged',
    severity: 'error',
    cause: 'What comes out of the gzip data does not have the CRC or the length that the file itself says.',
    example: 'one byte of docker-1.11.2.tgz was changed on the way',
    cure: 'Fetch or copy it again, and compare its SHA-256 with the one that its authors publish.',
  },
  KB4106: {
    title: 'Something follows the end of a gzip file',
    severity: 'error',
    cause:
      'After the gzip data come bytes that belong to nothing. Several gzip members in one file are fine, and so are zero bytes as padding.',
    example: 'two downloads that were written into one file',
    cure: 'Fetch or copy it again.',
  },
  KB4107: {
    title: 'A header in a tar is broken',
    severity: 'error',
    cause: 'The checksum of a header is wrong, or a header has a size that no honest one has.',
    example: 'a tar of which one byte was changed',
    cure: 'Fetch or copy it again; `tar tf FILE` shows whether it can be read.',
  },
  KB4108: {
    title: 'An archive holds several files of one name',
    severity: 'error',
    cause:
      'The program lies at none of the usual places of the archive, and several different files have its name: it would be a guess which of them is meant.',
    example: 'my-build.tar.gz with debug/etcd and release/etcd',
    cure: 'Name the right one in the specification: "programs": { "etcd": "release/etcd" } of the artifact.',
  },
  KB4109: {
    title: 'An archive does not hold the program',
    severity: 'error',
    cause:
      'It is the archive of another component or release, or the programs have other names in it. The message says what is in it.',
    example: 'the archive of docker 1.10, and docker-containerd wanted from it',
    cure: 'Give the right archive; or say where each program is, "programs": { "etcd": "path/in/the/archive" } of the artifact.',
  },
  KB4110: {
    title: 'An archive has an entry with an absolute path',
    severity: 'error',
    cause: 'Such an entry would overwrite files of the machine where somebody unpacks it.',
    example: 'an entry /etc/passwd',
    cure: trust,
  },
  KB4111: {
    title: 'An archive has an entry that leads out of it',
    severity: 'error',
    cause: 'An entry with ".." in its path would be written outside of the folder where somebody unpacks it.',
    example: 'an entry etcd/../../.bashrc',
    cure: trust,
  },
  KB4112: {
    title: 'An archive has a link that leads out of it',
    severity: 'error',
    cause:
      'A later entry could be written through such a link, outside of the folder where somebody unpacks it. Relative links that stay in the archive are fine.',
    example: 'a symbolic link docker/data to /var/lib',
    cure: trust,
  },
  KB4113: {
    title: 'An archive holds a device or a FIFO',
    severity: 'error',
    cause:
      'Releases are made of files. A device in an archive gives away a disk or the memory of who unpacks it as root.',
    example: 'an entry etcd/null that is a character device',
    cure: trust,
  },
  KB4114: {
    title: 'An archive unpacks to too much',
    severity: 'error',
    cause:
      'It unpacks to more bytes in all, more for each of its own, or has a larger program than a release ever has: it is made to fill a disk.',
    example: 'a file of 1 MB that unpacks to 1 GB of zeros',
    cure: trust,
  },
  KB4115: {
    title: 'An archive has too many entries',
    severity: 'error',
    cause: 'It has more entries than a release ever has: it is made to keep a machine busy.',
    example: 'a file with a million empty entries',
    cure: trust,
  },
  KB4116: {
    title: 'An archive lies too deep in others',
    severity: 'error',
    cause: 'kubebale looks into an archive and into the archives in it, as kubernetes.tar.gz has them, and no deeper.',
    example: 'a.tar.gz that holds b.tar.gz that holds c.tar.gz',
    cure: 'Unpack the outer archive, and give the inner one.',
  },
  KB4117: {
    title: 'A program in an archive is no regular file',
    severity: 'error',
    cause: 'Where the program should be, the archive has a link, a folder or a sparse file.',
    example: 'bin/etcd that is a symbolic link to etcd-2.3.7',
    cure: 'Name the file itself in the specification: "programs": { "etcd": "bin/etcd-2.3.7" } of the artifact.',
  },
  KB4118: {
    title: 'An archive holds a program twice',
    severity: 'error',
    cause:
      'Two entries have the same path and different content. Which of them one gets would depend on who unpacks it, and a check could look at one while the other is used.',
    example: 'a tar to which a new etcd was appended with tar rf',
    cure: 'Unpack it by hand, look at what you got, and give that program as a file of its own.',
  },
  KB4119: {
    title: 'An archive has an entry with a dangerous name',
    severity: 'error',
    cause:
      'A name with control characters could do harm to the terminal that shows it, an empty one names nothing, and no system takes a path of more than 4096 bytes.',
    example: 'a name that clears the screen and writes something else',
    cure: trust,
  },
} as const satisfies Record<string, CatalogueEntry>;
