import type { CatalogueEntry } from './entry.ts';

/** KB4301 to KB4319: docker-archives, and images from a registry. */
export const images = {
  KB4301: {
    title: 'A file is no docker-archive',
    severity: 'error',
    cause:
      'An image has to be a file that docker save wrote: a tar archive, or one packed with gzip, with manifest.json in it. This file cannot be read as that, or ends too early.',
    example: '"images": [{ "name": "registry.example.com/public/app:1.4", "file": "app.zip" }]',
    cure: 'Write it again with docker save -o FILE IMAGE, and compare its SHA-256 after you have carried it.',
  },
  KB4302: {
    title: 'An image file was made by docker export',
    severity: 'error',
    cause: 'docker export writes the files of a container, without layers, name or configuration: no image.',
    example: 'docker export -o pause.tar CONTAINER',
    cure: 'Use docker save -o pause.tar IMAGE. What exists as an export only becomes an image with docker import.',
  },
  KB4303: {
    title: 'An image file was made by docker before 1.10',
    severity: 'error',
    cause:
      'Such archives hold no manifest.json and no digests of the layers, so that nobody can tell whether they are whole.',
    example: 'docker save of docker 1.9 or older',
    cure: 'Load it into docker 1.10 or newer and save it again: docker load -i OLD, docker save -o NEW IMAGE.',
  },
  KB4304: {
    title: 'An image file is an OCI layout',
    severity: 'error',
    cause: 'docker 1.11 cannot load an OCI layout: it wants the form that docker save writes, with manifest.json.',
    example: 'skopeo copy docker://IMAGE oci-archive:app.tar',
    cure: 'Write it with docker save, or with skopeo copy … docker-archive:app.tar:IMAGE.',
  },
  KB4305: {
    title: 'An image file holds what no image has',
    severity: 'error',
    cause:
      'Absolute paths, "..", links that lead outside, devices, two files of one name or descriptions of absurd size do not come from docker save: somebody tampers with the hosts or with this machine. Nothing was written.',
    example: 'a member ../../etc/cron.d/job in pause.tar',
    cure: 'Do not use that file. Get the image from where you trust it, and write it again with docker save.',
  },
  KB4306: {
    title: 'An image file does not say which of its images is meant',
    severity: 'error',
    cause: 'It holds several images, and none of them, or more than one, has the name that the hosts want.',
    example: 'docker save -o app.tar app:1 app:2, for the image registry.example.com/public/app:1.4',
    cure: 'Save one image only, or tag the right one with the name that the specification gives before docker save.',
  },
  KB4307: {
    title: 'An image is damaged',
    severity: 'error',
    cause:
      'The configuration of an image lists the SHA-256 of each layer. A layer is missing or has other bytes, or the configuration or the list of layers cannot be read: docker would refuse it on every host.',
    example: 'one byte of a layer in pause.tar was changed on a USB stick',
    cure: 'Write the file again with docker save, or pull the image again; check the disk when it happens twice.',
  },
  KB4308: {
    title: 'An image is not for the hosts',
    severity: 'error',
    cause:
      'Programs of an image run on one operating system and architecture only. On another one every container ends with "exec format error".',
    example: 'an image for linux/arm64, and hosts with "architecture": "amd64"',
    cure: 'Give the image for the architecture that the message names. Images for several architectures go into entries of their own, each with "architecture".',
  },
  KB4309: {
    title: 'The layers of an image are packed in a way that is not read',
    severity: 'error',
    cause:
      'kubebale reads layers that are plain or packed with gzip. Layers packed with zstd, and those that are fetched from somewhere else than the registry (foreign layers, of Windows), are not read.',
    example: 'an image pushed with --compression zstd',
    cure: 'Push the image again with gzip, or pull it with a newer docker and give its docker save as "file".',
  },
  KB4310: {
    title: 'The name of an image cannot be used',
    severity: 'error',
    cause:
      'A name is [REGISTRY/]REPOSITORY[:TAG][@sha256:DIGEST], the repository in lower case. An archive can only be loaded under a tag: a name with a digest alone is none.',
    example: '"name": "registry.example.com/public/pause@sha256:…"',
    cure: 'Write the name with a tag, like registry.example.com/public/pause:1.0.2.',
  },
  KB4311: {
    title: 'A registry does not answer, or not as a registry',
    severity: 'error',
    cause:
      'The registry could not be reached, or went on answering with errors although kubebale asked several times. Only kubebale fetch uses the network, and it honours HTTPS_PROXY and NO_PROXY.',
    example: '"from": "registry.example.com/app:1.4" on a machine without a way to it',
    cure: 'Try the URL of the message with a browser or curl. For a registry that speaks http set "insecure": true in the entry of the image.',
  },
  KB4312: {
    title: 'A registry does not have the image',
    severity: 'error',
    cause: 'The registry answers, and knows no image of that repository with that tag or digest.',
    example: '"from": "registry.example.com/public/app:1.40", and only 1.4 was pushed',
    cure: 'Correct "from" in the entry of the image, or push the image; registries hide images that you may not see.',
  },
  KB4313: {
    title: 'A registry wants other credentials',
    severity: 'error',
    cause:
      'The registry does not give this image to everybody, and either no credentials are known or it refused them.',
    example: '"from": "registry.example.com/private/app:1.4" without "credentialsFile"',
    cure: 'Type docker login for that registry, and give the config.json that it writes as "credentialsFile".',
  },
  KB4314: {
    title: 'A registry sent other bytes than it promised',
    severity: 'error',
    cause:
      'Manifest, configuration and layers are named by their SHA-256, and what arrived has another one. A broken proxy or a damaged registry does that, or somebody who tampers.',
    example: '"from": "registry.example.com/app@sha256:…", and the registry sends another manifest',
    cure: 'Try again, without the proxy if there is one. When it stays so, push the image again.',
  },
  KB4315: {
    title: 'A registry has the image in a form that is not read',
    severity: 'error',
    cause:
      'kubebale reads manifests of docker (schema 2), of OCI, and lists of them. The old schema 1 has no digest of the configuration, and other things than images are no images.',
    example: 'an image that docker 1.9 pushed',
    cure: 'Pull it with docker 1.10 to 20.10 and push it again, or give its docker save as "file".',
  },
  KB4316: {
    title: 'A file of credentials cannot be used',
    severity: 'error',
    cause: 'It has to be the config.json that docker login writes, with "auths".',
    example: 'a file with user:password in it',
    cure: 'Type docker login on a machine without a credential helper, and take ~/.docker/config.json from there.',
  },
  KB4317: {
    title: 'An image unpacks to far more than it is',
    severity: 'error',
    cause:
      'A file packed with gzip that becomes more than a hundred times larger (and larger than 256 MiB) is made to fill the disk.',
    example: 'a layer of 1 MiB that unpacks to 1 GiB of zeros',
    cure: 'Do not use that image. If it is really meant so, give its docker save, not packed with gzip, as "file".',
  },
} as const satisfies Record<string, CatalogueEntry>;
