import { didYouMean } from '../diagnostics/did-you-mean.ts';
import type { ClusterModel, HostModel } from '../model/types.ts';
import { parseAddress } from './addresses.ts';
import type { Rule } from './types.ts';

function mastersOf(model: ClusterModel): HostModel[] {
  return model.hosts.filter((host) => host.roles.includes('master'));
}

/** Nodes that have no apiserver of their own. */
function dependentNodes(model: ClusterModel): HostModel[] {
  return model.hosts.filter((host) => host.roles.includes('node') && !host.roles.includes('master'));
}

const endpointHost: Rule = {
  name: 'the endpoint is a master',
  codes: ['KB3801'],
  check(model, diagnostics) {
    const { kind, host: name } = model.controlPlane.endpoint;
    if (kind !== 'master' || name === undefined) return;
    const named = model.hosts.find((host) => host.name === name);
    if (named?.roles.includes('master')) return;
    const masters = mastersOf(model).map((host) => host.name);
    const meant = didYouMean(name, masters);
    const message = named ? `${name} is no master` : `no host is called ${JSON.stringify(name)}`;
    const [first] = masters;
    diagnostics.add('KB3801', '/controlPlane/endpoint/host', `the endpoint cannot be reached: ${message}`, {
      hint:
        meant !== undefined && !named
          ? `did you mean "${meant}"?`
          : first === undefined
            ? 'name a host with the role master'
            : `write "${first}", or remove "host" to take the first master`,
      related: named ? [{ message: 'its roles', pointer: `${named.pointer}/roles` }] : [],
    });
  },
};

const endpointOptions: Rule = {
  name: 'the endpoint has the options of its kind',
  codes: ['KB3802'],
  check(model, diagnostics) {
    const { kind, host, address } = model.controlPlane.endpoint;
    const at = '/controlPlane/endpoint';
    if (kind === 'vip' && address === undefined)
      diagnostics.add('KB3802', at, 'an endpoint of kind "vip" needs an address', {
        hint: 'add "address", the virtual address in front of the masters',
      });
    if (kind === 'vip' && host !== undefined)
      diagnostics.add('KB3802', `${at}/host`, 'an endpoint of kind "vip" has no host', {
        part: 'key',
        hint: `remove "host", or write { "kind": "master", "host": ${JSON.stringify(host)} }`,
      });
    if (kind === 'master' && address !== undefined)
      diagnostics.add('KB3802', `${at}/address`, 'an endpoint of kind "master" has no address', {
        part: 'key',
        hint: `remove "address", or write { "kind": "vip", "address": ${JSON.stringify(address)} }`,
      });
  },
};

const freeVip: Rule = {
  name: "the VIP is no host's own address",
  codes: ['KB3803'],
  check(model, diagnostics) {
    const { kind, address } = model.controlPlane.endpoint;
    const vip = parseAddress(address);
    if (kind !== 'vip' || vip === undefined) return;
    const host = model.hosts.find((one) => parseAddress(one.address) === vip);
    if (!host) return;
    const isMaster = host.roles.includes('master');
    diagnostics.add('KB3803', '/controlPlane/endpoint/address', `the VIP ${address} is the address of ${host.name}`, {
      hint: `take a free address${isMaster ? `, or write { "kind": "master", "host": "${host.name}" }` : ''}`,
      related: [{ message: host.name, pointer: `${host.pointer}/address` }],
    });
  },
};

const singleMaster: Rule = {
  name: 'nodes survive the loss of a master',
  codes: ['KB3804'],
  check(model, diagnostics) {
    const masters = mastersOf(model);
    const nodes = dependentNodes(model);
    const { kind, host } = model.controlPlane.endpoint;
    const [first] = masters;
    const named = host === undefined ? first : masters.find((master) => master.name === host);
    if (kind !== 'master' || !named || masters.length < 2 || nodes.length === 0) return;
    const which = nodes.length === 1 ? `the node ${nodes[0]?.name} depends` : `${nodes.length} nodes depend`;
    diagnostics.add(
      'KB3804',
      '/controlPlane/endpoint',
      `${which} on one master, ${named.name}, though there are ${masters.length}`,
      { hint: 'put a virtual address in front of them: "endpoint": { "kind": "vip", "address": … }' },
    );
  },
};

const reachableServices: Rule = {
  name: 'what other hosts need listens on the network',
  codes: ['KB3805'],
  check(model, diagnostics) {
    if (mastersOf(model).length === 0) return;
    const [needy] = dependentNodes(model);
    if (model.apiserver.insecureBindAddress === '127.0.0.1' && needy)
      diagnostics.add(
        'KB3805',
        '/apiserver/insecureBindAddress',
        `the apiserver listens on 127.0.0.1 only, and ${needy.name}, which is no master, needs it`,
        {
          hint: 'write "0.0.0.0", or make every node a master',
          related: [{ message: needy.name, pointer: `${needy.pointer}/roles` }],
        },
      );
    const node = model.hosts.find((host) => host.roles.includes('node'));
    if (model.flannelServer.listenAddress === '127.0.0.1' && node)
      diagnostics.add(
        'KB3805',
        '/flannelServer/listenAddress',
        'the flanneld server listens on 127.0.0.1 only, and the flanneld of every node needs it over the network',
        { hint: 'write "0.0.0.0"' },
      );
  },
};

export const controlPlaneRules: readonly Rule[] = [
  endpointHost,
  endpointOptions,
  freeVip,
  singleMaster,
  reachableServices,
];
