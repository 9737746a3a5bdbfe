import type { CatalogueEntry } from './entry.ts';

/** 351x: where the specification says that programs and images come from. */
export const artifactSources = {
  KB3511: {
    title: 'An artifact or image has no place, or several',
    severity: 'error',
    cause:
      'Programs come from a file, a folder or a URL, an image from another registry or from a file. With two places it would be a guess which of them is meant.',
    example: '"artifacts": [{ "component": "etcd", "file": "etcd.tar.gz", "url": "http://mirror/etcd.tar.gz" }]',
    cure: 'Keep one of them. When a file is at hand, kubebale fetch does not ask for a URL.',
  },
  KB3512: {
    title: 'The hash does not fit the kind of artifact',
    severity: 'error',
    cause:
      'A file has one SHA-256; a folder has none, only its programs have; an image that is pulled is known by the digest in its name.',
    example: '"artifacts": [{ "component": "etcd", "folder": "my-build", "sha256": "ab10…" }]',
    cure: 'For a folder: "sha256": { "etcd": "…", "etcdctl": "…" }. For an image: "from": "registry/repository:tag@sha256:…".',
  },
  KB3513: {
    title: 'An artifact names a program that its component does not have',
    severity: 'error',
    cause:
      'The programs of a component are those that its release has. Another name is a slip, or belongs to another component.',
    example: '"artifacts": [{ "component": "etcd", "folder": "b", "programs": { "kubelet": "kubelet" } }]',
    cure: 'Write the name that the message lists, or give the right component.',
  },
  KB3514: {
    title: 'An image is listed twice',
    severity: 'error',
    cause: 'Two entries with one name would bring two images, and docker would keep the one that is loaded last.',
    example: '"images": [{ "name": "r.local/a:1", "file": "a.tar" }, { "name": "r.local/a:1", "file": "b.tar" }]',
    cure: 'Keep one of the two, give them different tags, or say which architecture each is for.',
  },
  KB3515: {
    title: 'No host uses an artifact',
    severity: 'error',
    cause:
      'No host of its architecture has a role that runs a program of its component, so the entry would be passed over, and the programs would come from elsewhere. Without "architecture" an entry is for amd64.',
    example: '"artifacts": [{ "component": "etcd", "file": "etcd-arm64.tar.gz" }], and all hosts are arm64',
    cure: 'Give the entry the "architecture" of the hosts that it is for, or remove it.',
  },
} as const satisfies Record<string, CatalogueEntry>;
