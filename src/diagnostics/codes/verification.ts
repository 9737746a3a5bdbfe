import type { CatalogueEntry } from './entry.ts';

const carryAgain =
  'Copy the tarball again from where it was made, or write it again with kubebale compile. Do not unpack this one.';

/** KB4401 to KB4429: what `kubebale verify` finds. */
export const verification = {
  KB4401: {
    title: 'A tarball is not the one of its SHA256SUMS',
    severity: 'error',
    cause:
      'Its SHA-256 is another than SHA256SUMS beside it says: the tarball was damaged or changed on its way, or the two are of different runs of kubebale compile.',
    example: 'one byte of out/guide/sandbox-1.tar.gz was changed',
    cure: `Other lines about the same tarball say where the damage is. ${carryAgain}`,
  },
  KB4402: {
    title: 'SHA256SUMS has no line for a tarball, or cannot be read',
    severity: 'error',
    cause:
      'SHA256SUMS speaks of all tarballs that kubebale compile wrote into its folder, one line for each: the hash, two blanks, the name. This tarball came from elsewhere or was renamed, or SHA256SUMS was changed or cut off.',
    example: 'sandbox-1.tar.gz was renamed to host1.tar.gz',
    cure: 'Give the tarball its name back, or copy tarball and SHA256SUMS again from the same folder.',
  },
  KB4403: {
    title: 'A tarball is missing',
    severity: 'error',
    cause: 'SHA256SUMS of the folder names it, and it is not there: not all of the folder was copied.',
    example: 'out/guide/sandbox-3.tar.gz was not copied to the stick',
    cure: 'Copy it too, or name only the tarballs that you want to check.',
  },
  KB4404: {
    title: 'The gzip header of a tarball is not that of kubebale',
    severity: 'error',
    cause:
      'kubebale begins each part of a tarball with the same ten bytes. Others mean that a byte was damaged, or that another program has compressed it. No checksum of gzip covers its header.',
    example: 'byte 9 of the tarball is ff instead of 03',
    cure: carryAgain,
  },
  KB4405: {
    title: 'A file in a tarball is not the one of MANIFEST.json',
    severity: 'error',
    cause: 'Its size or SHA-256 is another: somebody changed the file and packed the tarball again, or it is damaged.',
    example: 'bin/etcd was replaced in the tarball',
    cure: carryAgain,
  },
  KB4406: {
    title: 'The compressed data of a tarball is damaged',
    severity: 'error',
    cause:
      'It cannot be unpacked, or what comes out has another CRC-32 or size than gzip recorded, or a bit was changed that makes no difference to what comes out.',
    example: 'one byte in the middle of the tarball was changed',
    cure: carryAgain,
  },
  KB4407: {
    title: 'A tarball is cut off',
    severity: 'error',
    cause: 'It ends before its end: a copy was interrupted, or the disk was full.',
    example: 'only the first 20 of 31 MB were copied',
    cure: carryAgain,
  },
  KB4408: {
    title: 'Something follows the end of a tarball',
    severity: 'error',
    cause:
      'After the last part of a tarball, or after the end of the archive in it, there are more bytes. kubebale writes none, and what unpacks them depends on the program.',
    example: 'a second archive was appended to the tarball',
    cure: carryAgain,
  },
  KB4409: {
    title: 'The tar archive in a tarball is damaged',
    severity: 'error',
    cause: 'A header in it has a wrong checksum or is none, or what fills up a block is not zero.',
    example: 'a byte of a tar header was changed, and the archive compressed again',
    cure: carryAgain,
  },
  KB4410: {
    title: 'A tarball holds an entry that must not be in it',
    severity: 'error',
    cause:
      'A bundle holds files and folders only, each once, all below one folder, and folders before what lies in them. A link, a device or a name such as ../etc/passwd could write elsewhere when it is unpacked.',
    example: 'a symbolic link guide/bin/etcd in the tarball',
    cure: carryAgain,
  },
  KB4411: {
    title: 'An entry of a tarball has another owner, mode or time',
    severity: 'error',
    cause:
      'kubebale writes owner 0, one time for all, and the modes 0755, 0644, and 0600 for secrets, as MANIFEST.json lists them. Others mean that the tarball was packed again.',
    example: 'bin/etcd has mode 4755',
    cure: carryAgain,
  },
  KB4412: {
    title: 'A list in a tarball is missing or cannot be used',
    severity: 'error',
    cause:
      'MANIFEST.json and SHA256SUMS in the tarball say what it holds. Without them nothing can be compared: they are missing, are not in their form, or speak of another cluster.',
    example: 'a tarball that was not made by kubebale',
    cure: carryAgain,
  },
  KB4413: {
    title: 'A tarball holds more or less than its lists say',
    severity: 'error',
    cause: 'A file that MANIFEST.json or SHA256SUMS lists is missing, or one is there that they do not list.',
    example: 'a script of your own was packed into the tarball',
    cure: `${carryAgain} Files of your own belong beside the bundle.`,
  },
  KB4414: {
    title: 'A file in a tarball is not the one of the SHA256SUMS in it',
    severity: 'error',
    cause:
      'SHA256SUMS in the tarball has another hash for it, and for files other than MANIFEST.json the two lists do not agree: one of them was changed.',
    example: 'MANIFEST.json was changed after SHA256SUMS was written',
    cure: carryAgain,
  },
} as const satisfies Record<string, CatalogueEntry>;
