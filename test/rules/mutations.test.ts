import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/compile.ts';

const guide = JSON.parse(readFileSync(new URL('../../examples/guide/cluster.json', import.meta.url), 'utf8'));

/** Values of the right form that mean nothing, or something else. */
const nonsense = fc.oneof(
  fc.constantFrom('0.0.0.0', '127.0.0.1', '255.255.255.255', '300.1.1.1', '::1', 'fd00::1', '10.1.0.5', '010.0.0.1'),
  fc.constantFrom('0.0.0.0/0', '10.1.0.0/32', '10.0.0.0/33', '10.1.2.3/8', '::/0', '127.0.0.0/8', '1/1'),
  fc.constantFrom('/', '//', '/..', '/proc', '/a:b', '/var/lib/kubelet', '/home/work', '/a\nb'),
  fc.constantFrom('0-0', '40000-8000', '1-65535', '99999-99999', '1.3.3', '0.0.0', '99999999.0.0', 'a', 'localhost'),
  fc.constantFrom(0, 1, 2379, 6443, 65535, 65536, null, true, [], {}),
  fc.constantFrom(['etcd'], ['node'], [2379, 2380], ['KB3001'], [{ name: 'a', address: '10.0.0.1', roles: ['node'] }]),
);

const places: readonly (readonly string[])[] = [
  ...['name', 'address', 'roles', 'memberName', 'gateway'].map((key) => ['hosts', '0', key]),
  ...['podCIDR', 'podSubnetLength', 'serviceCIDR', 'nodePorts', 'clusterDNS', 'clusterDomain', 'flannelBackend'].map(
    (key) => ['networks', key],
  ),
  ...['host', 'address', 'pauseImage', 'caFile', 'insecure'].map((key) => ['registry', key]),
  ...['graph', 'execRoot', 'socket', 'tcp', 'storageDriver'].map((key) => ['docker', key]),
  ...['kubernetes', 'etcd', 'flannel', 'docker'].map((key) => ['releases', key]),
  ...['clientPorts', 'peerPort', 'dataDir', 'listenAddress'].map((key) => ['etcd', key]),
  ...[
    ['paths', 'base'],
    ['apiserver', 'insecureBindAddress'],
    ['apiserver', 'insecurePort'],
    ['kubelet', 'rootDir'],
  ],
  ...[['controlPlane', 'endpoint', 'kind'], ['controlPlane', 'endpoint', 'host'], ['acceptWarnings'], ['hosts']],
];

describe('a specification with nonsense in it', () => {
  it('gets findings with places, and never an exception', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...places), nonsense), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const spec = structuredClone(guide);
          for (const [path, value] of changes) put(spec, path, value);
          const result = check({ path: 'cluster.json', bytes: Buffer.from(JSON.stringify(spec)) });
          const findings = result.diagnostics.list();
          for (const { code, span, message } of findings) {
            expect(span, code).toBeDefined();
            expect(message).not.toMatch(/undefined|NaN|\[object|\n/);
          }
          expect(result.plan === undefined).toBe(findings.some(({ severity }) => severity === 'error'));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

function put(spec: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = spec;
  for (const key of path.slice(0, -1)) {
    const below = at[key];
    at[key] = typeof below === 'object' && below !== null ? below : {};
    at = at[key] as Record<string, unknown>;
  }
  at[path.at(-1) ?? ''] = value;
}
