import { looksLikeAddress, splitRegistryHost } from './given-addresses.ts';
import type { Rule } from './types.ts';

const pauseInRegistry: Rule = {
  name: 'the pause image is in the private registry',
  codes: ['KB3501'],
  check(model, diagnostics) {
    const { host, pauseImage } = model.registry;
    const image = splitImage(pauseImage);
    if (image.registry === host) return;
    const looksRight = pauseImage.startsWith(`${host}/`);
    const message = looksRight
      ? `docker takes ${host} for a name at Docker Hub, not for a registry: it has neither dot nor port`
      : `the pause image ${pauseImage} is ${image.registry === undefined ? 'at Docker Hub' : `in ${image.registry}`}, not in ${host}`;
    diagnostics.add('KB3501', looksRight ? '/registry/host' : '/registry/pauseImage', message, {
      hint: looksRight
        ? `write "host": "${host}:80", with its port`
        : `push it to your registry, and write "pauseImage": "${host}/${image.repository}"`,
      related: looksRight ? [] : [{ message: 'the registry', pointer: '/registry/host' }],
    });
  },
};

const pauseTag: Rule = {
  name: 'the pause image has a fixed tag',
  codes: ['KB3502'],
  check(model, diagnostics) {
    const { pauseImage } = model.registry;
    const { repository } = splitImage(pauseImage);
    const [name = '', tag] = repository.split(':');
    if (repository.includes('@') || (tag !== undefined && tag !== 'latest')) return;
    const what = tag === undefined ? 'has no tag' : 'has the tag latest';
    diagnostics.add(
      'KB3502',
      '/registry/pauseImage',
      `the pause image ${pauseImage} ${what}, so that it changes with every push`,
      {
        hint: `add the tag that you pushed, like "${pauseImage.slice(0, pauseImage.length - repository.length)}${name}:1.0.2"`,
      },
    );
  },
};

const caOrInsecure: Rule = {
  name: 'a registry is checked with its CA or not at all',
  codes: ['KB3503'],
  check({ registry }, diagnostics) {
    if (!registry.insecure || registry.caFile === undefined) return;
    diagnostics.add(
      'KB3503',
      '/registry/insecure',
      'the registry has a CA, and insecure: true says that nobody checks it',
      {
        hint: 'remove "insecure" to have the certificate checked, or remove "caFile"',
        related: [{ message: 'its CA', pointer: '/registry/caFile' }],
      },
    );
  },
};

const registryAddress: Rule = {
  name: 'only a registry with a name has an address beside it',
  codes: ['KB3504'],
  check({ registry }, diagnostics) {
    const { name } = splitRegistryHost(registry.host);
    if (registry.address === undefined || !looksLikeAddress(name)) return;
    diagnostics.add('KB3504', '/registry/address', `the registry is named by its address already: ${registry.host}`, {
      hint: 'remove "address", or write the name of the registry into "host"',
      related: [{ message: 'its name', pointer: '/registry/host' }],
    });
  },
};

const registryPort: Rule = {
  name: 'the port of the registry is a port',
  codes: ['KB3505'],
  check({ registry }, diagnostics) {
    const { name, port } = splitRegistryHost(registry.host);
    if (port === undefined || (Number(port) >= 1 && Number(port) <= 65535)) return;
    diagnostics.add('KB3505', '/registry/host', `the registry has port ${port}, and ports go from 1 to 65535`, {
      hint: `write "${name}:5000", or "${name}" for the protocol's own port`,
    });
  },
};

/** An image as docker reads it: the first part is a registry when it holds a dot or a colon, or is localhost. */
function splitImage(image: string): { readonly registry: string | undefined; readonly repository: string } {
  const slash = image.indexOf('/');
  const first = image.slice(0, Math.max(slash, 0));
  const isRegistry = /[.:]/.test(first) || first === 'localhost';
  return isRegistry
    ? { registry: first, repository: image.slice(slash + 1) }
    : { registry: undefined, repository: image };
}

export const registryRules: readonly Rule[] = [pauseInRegistry, pauseTag, caOrInsecure, registryAddress, registryPort];
