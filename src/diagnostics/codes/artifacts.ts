import type { CatalogueEntry } from './entry.ts';

/** 4xxx: files of the build machine; 9xxx: bugs of kubebale. */
export const artifacts = {
  KB4001: {
    title: 'Artifacts are missing',
    severity: 'error',
    cause:
      "The hosts' roles need programs or images that are in no place that was looked at: the entries of the specification, the folders given with --artifacts, and what is kept from earlier runs.",
    example: 'kubebale lock cluster.json --artifacts ./artifacts, without kubelet in ./artifacts',
    cure: 'Let kubebale fetch download them; or put the archives or programs that the message lists into the folder, under exactly these names; or go on without them, with --allow-missing or --scripts-only, and carry them yourself.',
  },
  KB4002: {
    title: 'An artifact cannot be used',
    severity: 'error',
    cause: 'It has to be a regular file that you may read: no folder, no device, no link to nowhere, not empty.',
    example: './artifacts/etcd is a folder that an archive was unpacked to',
    cure: 'Put the archive there as it is, or the program itself (for instance etcd-v2.3.7-linux-amd64/etcd, not its folder), readable by you.',
  },
  KB4003: {
    title: 'A file that the specification names cannot be read',
    severity: 'error',
    cause: 'Paths in the specification are relative to the file it stands in, not to the folder you are in.',
    example: '"registry": { "caFile": "registry-ca.pem" }, and no such file beside the specification',
    cure: 'Put the file there, or correct the path; `ls -l` shows whether you may read it.',
  },
  KB4004: {
    title: 'A file that the specification names does not hold what it should',
    severity: 'error',
    cause:
      'caFile has to hold a certificate in PEM form (-----BEGIN CERTIFICATE-----), credentialsFile the JSON that `docker login` writes (with "auths").',
    example: '"registry": { "caFile": "registry-ca.der" }',
    cure: 'Convert the certificate with openssl x509 -inform DER -in registry-ca.der -out registry-ca.pem; take the credentials from ~/.docker/config.json after docker login.',
  },
  KB4005: {
    title: 'The output cannot be written',
    severity: 'error',
    cause:
      'The disk is full, the folder belongs to somebody else, or something stands in the way. What was in the output folder before is unchanged.',
    example: 'kubebale compile cluster.json --out /mnt/stick, with the stick full',
    cure: 'Make room (`df -h`), or choose another folder with --out.',
  },
  KB9001: {
    title: 'A bug in kubebale',
    severity: 'error',
    cause:
      'kubebale came to a point that its authors held to be impossible. Your specification may be valid all the same, and nothing was written.',
    example: 'any specification',
    cure: 'Please report it with the message, the output of `kubebale --version` and `node --version`, and the specification, after you have taken names, addresses and tokens out that nobody should see.',
  },
} as const satisfies Record<string, CatalogueEntry>;
