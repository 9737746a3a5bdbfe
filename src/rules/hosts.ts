import type { Code } from '../diagnostics/catalogue.ts';
import type { Diagnostics } from '../diagnostics/collector.ts';
import type { ClusterModel, HostModel } from '../model/types.ts';
import { parseAddress } from './addresses.ts';
import { looksLikeAddress, splitRegistryHost } from './given-addresses.ts';
import type { Rule } from './types.ts';

/** Report every host whose value an earlier one has already. */
function reportTwins(
  hosts: readonly HostModel[],
  unique: (host: HostModel) => string | number | undefined,
  finding: { code: Code; key: string; describe: (host: HostModel, first: HostModel) => string; hint: string },
  diagnostics: Diagnostics,
): void {
  const firsts = new Map<string | number, HostModel>();
  for (const host of hosts) {
    const value = unique(host);
    if (value === undefined) continue;
    const first = firsts.get(value);
    if (!first) {
      firsts.set(value, host);
      continue;
    }
    diagnostics.add(finding.code, `${host.pointer}/${finding.key}`, finding.describe(host, first), {
      hint: finding.hint,
      related: [{ message: 'the first one', pointer: `${first.pointer}/${finding.key}` }],
    });
  }
}

const hostNames: Rule = {
  name: 'host names are unique',
  codes: ['KB3001'],
  check(model, diagnostics) {
    const describe = (host: HostModel): string => `two hosts are called ${host.name}`;
    const hint = 'give each host a name of its own';
    reportTwins(model.hosts, (host) => host.name, { code: 'KB3001', key: 'name', describe, hint }, diagnostics);
  },
};

const hostAddresses: Rule = {
  name: 'host addresses are unique',
  codes: ['KB3002'],
  check(model, diagnostics) {
    const describe = (host: HostModel, first: HostModel): string =>
      `${first.name} and ${host.name} have the same address, ${host.address}`;
    const hint = 'correct one of the two: "ip -4 addr" on the host shows its address';
    const finding = { code: 'KB3002', key: 'address', describe, hint } as const;
    reportTwins(model.hosts, (host) => parseAddress(host.address), finding, diagnostics);
  },
};

const memberNames: Rule = {
  name: 'etcd member names are unique',
  codes: ['KB3003'],
  check(model, diagnostics) {
    const describe = (host: HostModel, first: HostModel): string => {
      const numbered = [first, host].find((one) => !one.memberNameGiven);
      const why = numbered ? ` (${numbered.name} has no memberName and was numbered)` : '';
      return `${first.name} and ${host.name} are both the etcd member ${host.memberName}${why}`;
    };
    const hint = 'give every etcd host a memberName of its own, or none at all';
    const members = model.hosts.filter((host) => host.roles.includes('etcd'));
    const finding = { code: 'KB3003', key: 'memberName', describe, hint } as const;
    reportTwins(members, (host) => host.memberName, finding, diagnostics);
  },
};

const idleMemberNames: Rule = {
  name: 'only members have a member name',
  codes: ['KB3013'],
  check(model, diagnostics) {
    for (const host of model.hosts) {
      if (!host.memberNameGiven || host.roles.includes('etcd')) continue;
      diagnostics.add('KB3013', `${host.pointer}/memberName`, `${host.name} has a memberName and is no etcd member`, {
        part: 'key',
        hint: `remove it, or write "roles": ${JSON.stringify(['etcd', ...host.roles])}`,
      });
    }
  },
};

const meaningfulNames: Rule = {
  name: 'host names are names',
  codes: ['KB3014'],
  check(model, diagnostics) {
    for (const { name, pointer } of model.hosts) {
      const local = /^localhost(\.|$)|\.localhost$/.test(name);
      if (!local && !looksLikeAddress(name)) continue;
      const why = local ? 'which is every host itself' : 'which programs take for an address';
      diagnostics.add('KB3014', `${pointer}/name`, `a host is called ${name}, ${why}`, {
        hint: 'choose a name with a letter in it, like "node-1"',
      });
    }
  },
};

const registryName: Rule = {
  name: 'a name has one address',
  codes: ['KB3015'],
  check(model, diagnostics) {
    const { registry } = model;
    if (registry.address === undefined) return;
    const name = splitRegistryHost(registry.host).name.toLowerCase();
    const host = model.hosts.find((one) => one.name === name && one.address !== registry.address);
    if (!host && name !== 'localhost') return;
    const other = host ? `${host.address}, the address of that host` : '127.0.0.1';
    diagnostics.add('KB3015', '/registry/address', `${name} would be both ${registry.address} and ${other}`, {
      hint: host
        ? `write "${host.address}", or give the registry a name of its own`
        : 'give the registry a name of its own',
      related: [{ message: 'its other use', pointer: host ? `${host.pointer}/name` : '/registry/host' }],
    });
  },
};

const requiredRoles: Rule = {
  name: 'every role is played',
  codes: ['KB3004', 'KB3005', 'KB3006'],
  check(model, diagnostics) {
    const [example] = model.hosts;
    const played = new Set(model.hosts.flatMap((host) => host.roles));
    // An etcd cluster alone is a whole cluster too; that it is no more than that is said by the missing nodes.
    const etcdOnly = !played.has('master') && !played.has('node');
    for (const [role, code, what] of [
      ['etcd', 'KB3004', 'no host is an etcd member'],
      ['master', 'KB3005', 'no host is a master'],
      [
        'node',
        'KB3006',
        etcdOnly ? 'this is an etcd cluster without Kubernetes' : 'no host is a node: no pod can ever run',
      ],
    ] as const) {
      if (!example || played.has(role) || (role === 'master' && etcdOnly)) continue;
      diagnostics.add(code, '/hosts', what, {
        hint: `add "${role}" to the roles of a host, for ${example.name}: "roles": ${JSON.stringify([...example.roles, role])}`,
      });
    }
  },
};

const membership: Rule = {
  name: 'etcd has a good number of members',
  codes: ['KB3007', 'KB3008', 'KB3009'],
  check(model, diagnostics) {
    const members = countMembers(model);
    if (members === 1)
      diagnostics.add('KB3008', '/hosts', 'etcd has a single member: with that host the cluster is lost', {
        hint: 'add "etcd" to the roles of two more hosts, or for a test "acceptWarnings": ["KB3008"]',
      });
    else if (members > 7)
      diagnostics.add('KB3009', '/hosts', `etcd has ${members} members: every write waits for ${majority(members)}`, {
        hint: 'keep the role etcd on 5 or 7 hosts',
      });
    else if (members > 0 && members % 2 === 0)
      diagnostics.add(
        'KB3007',
        '/hosts',
        `etcd has ${members} members: it survives no more failures than with ${members - 1}`,
        {
          hint: `take "etcd" from the roles of one host, or add it to one more: ${members - 1} or ${members + 1} members`,
        },
      );
  },
};

function countMembers(model: ClusterModel): number {
  return model.hosts.filter((host) => host.roles.includes('etcd')).length;
}

function majority(members: number): number {
  return Math.floor(members / 2) + 1;
}

export const hostRules: readonly Rule[] = [
  hostNames,
  hostAddresses,
  memberNames,
  idleMemberNames,
  meaningfulNames,
  registryName,
  requiredRoles,
  membership,
];
