import type { CatalogueEntry } from './entry.ts';

/** 35xx: the private registry and the pause image. */
export const registry = {
  KB3501: {
    title: 'The pause image is not in the private registry',
    severity: 'error',
    // docker's reference parser: the first part names a registry only with a dot or colon in it, or when it is localhost.
    cause:
      'Every pod needs the pause image. Offline only the private registry can serve it when a node has lost its copy; otherwise all pods stay Pending. Docker takes the part before the first slash for a registry only when it holds a dot or a colon, or is localhost.',
    example: '"registry": { "host": "registry.local", "pauseImage": "gcr.io/google_containers/pause-amd64:3.0" }',
    cure: 'Push the image to your registry and name it there: "pauseImage": "registry.local/public/pause:3.0". A registry name without a dot needs its port: "registry:5000".',
  },
  KB3502: {
    title: 'The pause image has no fixed tag',
    severity: 'warning',
    cause:
      'Without a tag docker takes "latest". What that is changes with every push, so that nodes installed at different times run different pause images, and the one in the bundle is not the one in the registry.',
    example: '"registry": { "pauseImage": "registry.Xcloud.com/public/pause" }',
    cure: 'Add the tag, for instance :1.0.2.',
  },
  KB3503: {
    title: 'A CA for a registry that nobody checks',
    severity: 'error',
    cause:
      'insecure: true tells docker to accept any certificate, or none. The CA of caFile would be installed and never be used.',
    example: '"registry": { "insecure": true, "caFile": "registry-ca.pem" }',
    cure: 'Remove "insecure": true to have the certificate checked, or remove caFile.',
  },
  KB3504: {
    title: 'An address for a registry that is named by its address',
    severity: 'error',
    cause: 'registry.address goes into /etc/hosts for the name in registry.host; an address has no entry there.',
    example: '"registry": { "host": "10.0.0.9:5000", "address": "10.0.0.9" }',
    cure: 'Remove registry.address, or write the name of the registry into registry.host.',
  },
  KB3505: {
    title: 'The port of the registry is not valid',
    severity: 'error',
    cause: 'Ports go from 1 to 65535. Docker would refuse the name of every image with this registry in it.',
    example: '"registry": { "host": "registry.local:50000000" }',
    cure: 'Correct the port after the colon, or leave it out when it is that of the protocol (80 or 443).',
  },
} as const satisfies Record<string, CatalogueEntry>;
