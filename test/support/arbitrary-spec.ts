import fc from 'fast-check';
import { hostile } from './hostile.ts';

/** Any text that an argument can hold. */
const freeText = fc
  .oneof(fc.constantFrom(...hostile), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }))
  .filter((text) => !text.includes('\0') && text.isWellFormed() && text.length <= 200);

/** A part of a path: no slash, no control characters, and nothing that docker cannot take. */
const pathPart = fc
  .oneof(
    fc.constantFrom('data', 'it is', "it's", '$(reboot)', 'a;b', '{{x}}', '名前', '`x`', '"q"', '& <x>'),
    fc.constantFrom('x1', 'x2', 'x3'),
  )
  .map((part) => part);

const releases = fc.record(
  {
    kubernetes: fc.constantFrom('1.3.3', '1.3.5', '1.3.10', '1.4.6', '1.4.0', '1.5.3'),
    etcd: fc.constantFrom('2.2.5', '2.3.7', '2.3.8', '3.0.17', '3.1.20', '3.2.32', '3.3.27', '3.4.23'),
    flannel: fc.constantFrom('0.5.0', '0.5.5', '0.6.2', '0.7.0', '0.7.1'),
    docker: fc.constantFrom(
      '1.10.3',
      '1.11.2',
      '1.12.6',
      '1.13.1',
      '17.03.2',
      '17.12.1',
      '18.09.9',
      '19.03.15',
      '20.10.24',
    ),
  },
  { requiredKeys: [] },
);

const roleSets = [
  ['etcd'],
  ['master'],
  ['node'],
  ['etcd', 'master'],
  ['master', 'node'],
  ['etcd', 'node'],
  ['etcd', 'master', 'node'],
];

const hosts = fc
  .array(
    fc.record({
      roles: fc.constantFrom(...roleSets),
      architecture: fc.constantFrom(undefined, 'amd64'),
      gateway: fc.boolean(),
      interface: fc.constantFrom(undefined, 'eth0', 'bond0.100', 'e$(x)'),
    }),
    { maxLength: 6 },
  )
  .map((others) => [
    { roles: ['etcd', 'master', 'node'], architecture: undefined, gateway: false, interface: undefined },
    ...others,
  ])
  .chain((list) =>
    fc.tuple(
      ...list.map((entry, index) =>
        fc
          .record({
            member: fc.option(fc.constantFrom('m$(reboot)', 'm"', "m'", 'm;', 'mé', 'member'), { nil: undefined }),
          })
          .map(({ member }) => ({
            name: `host-${index}.rack${index % 2}`,
            address: `172.20.${index}.${index + 10}`,
            roles: entry.roles,
            ...(entry.architecture ? { architecture: entry.architecture } : {}),
            ...(entry.interface ? { interface: entry.interface } : {}),
            ...(entry.gateway ? { gateway: `172.20.${index}.1` } : {}),
            ...(member && entry.roles.includes('etcd') ? { memberName: `${member}${index}` } : {}),
          })),
      ),
    ),
  );

/** Specifications that have no error, with hostile texts in every free-text field. */
export const validSpec = fc
  .record({
    hosts,
    releases,
    token: fc.option(freeText, { nil: undefined }),
    domain: fc.option(freeText, { nil: undefined }),
    base: fc.option(fc.array(pathPart, { minLength: 2, maxLength: 3 }), { nil: undefined }),
    urls: fc.constantFrom('names', 'addresses'),
    listen: fc.constantFrom('0.0.0.0', 'host'),
    ports: fc.constantFrom([2379, 4001], [2379], [12379, 14001, 2379]),
    backend: fc.constantFrom(undefined, { type: 'vxlan', vni: 7 }, { type: 'udp', port: 8290 }, { type: 'host-gw' }),
    subnet: fc.constantFrom(undefined, 24, 25),
    dns: fc.constantFrom(undefined, null, '10.254.0.10'),
    tcp: fc.constantFrom(undefined, false, { address: '127.0.0.1' }),
    hostsFile: fc.boolean(),
    vip: fc.boolean(),
    registry: fc.constantFrom(
      undefined,
      { host: '192.168.9.9:5000' },
      { host: 'registry.example', address: '192.168.9.9', insecure: false },
    ),
    label: freeText,
    rootDir: fc.boolean(),
    socket: fc.boolean(),
  })
  .map((parts) => ({
    name: 'random',
    hosts: parts.hosts,
    releases: parts.releases,
    ...(parts.base ? { paths: { base: `/srv/${parts.base.join('/')}` } } : {}),
    etcd: {
      ...(parts.token ? { token: parts.token } : {}),
      urls: parts.urls,
      listenAddress: parts.listen,
      clientPorts: parts.ports,
    },
    networks: {
      ...(parts.backend ? { flannelBackend: parts.backend } : {}),
      ...(parts.subnet ? { podSubnetLength: parts.subnet } : {}),
      ...(parts.dns === undefined ? {} : { clusterDNS: parts.dns }),
      ...(parts.domain ? { clusterDomain: parts.domain } : {}),
      hostsFile: parts.hostsFile,
    },
    controlPlane: parts.vip ? { endpoint: { kind: 'vip', address: '172.20.200.200' } } : { urls: parts.urls },
    ...(parts.registry ? { registry: parts.registry } : {}),
    docker: {
      ...(parts.tcp === undefined ? {} : { tcp: parts.tcp }),
      ...(parts.socket ? { socket: '/run/other dir/docker.sock' } : {}),
      flags: { label: [`a=${parts.label}`, 'b=c'] },
    },
    kubelet: { ...(parts.rootDir ? { rootDir: '/srv/kube let' } : {}), flags: { 'cert-dir': parts.label } },
    scheduler: { flags: { 'scheduler-name': parts.label } },
  }));
