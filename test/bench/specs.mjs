// Specifications of the benchmark, and the program that compiles them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The words that start kubebale. */
export const kubebale = [process.execPath, main];

/** A cluster named bench with so many hosts, of which three are masters; each gets everything. */
export function hostsSpec(work, count) {
  const folder = join(work, `spec-${count}`);
  mkdirSync(folder, { recursive: true });
  const hosts = Array.from({ length: count }, (_, index) => ({
    name: `host-${index + 1}`,
    address: `10.${20 + Math.floor(index / 62500)}.${Math.floor(index / 250) % 250}.${(index % 250) + 1}`,
    roles: index < 3 || count <= 1000 ? roles(index) : ['node'],
  }));
  const spec = join(folder, 'cluster.json');
  const networks = {
    podCIDR: '172.16.0.0/12',
    // 8,192 of them; of /24 there would be 4,096.
    podSubnetLength: 25,
    serviceCIDR: '10.254.0.0/16',
    nodePorts: '30000-32767',
    clusterDNS: null,
  };
  writeFileSync(spec, JSON.stringify({ name: 'bench', hosts, networks }));
  return spec;
}

/** Members of etcd are few; masters may be many, and then hosts differ in nothing but their names. */
function roles(index) {
  return index < 3 ? ['etcd', 'master', 'node'] : ['master', 'node'];
}

/** Write the lock of a specification from a folder of artifacts. */
export function lockSpec(spec, artifacts) {
  execFileSync(
    kubebale[0],
    [...kubebale.slice(1), 'lock', spec, '--artifacts', artifacts, '--trust-first-use', '--quiet'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
}
