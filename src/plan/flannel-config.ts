import type { NetworksModel } from '../model/types.ts';

/**
 * The JSON text of flannel's network configuration (G6), spaced as in the guide: `{"Network": "10.1.0.0/16"}`.
 * Only what the specification says is written; flannel's own defaults stay its own (flannel 0.5.5, Configuration).
 */
export function flannelConfig(networks: NetworksModel): string {
  const { podCIDR, podSubnetLength, flannelBackend: backend } = networks;
  return spaced({
    Network: podCIDR,
    ...(podSubnetLength === undefined ? {} : { SubnetLen: podSubnetLength }),
    ...(backend && {
      Backend: {
        Type: backend.type,
        ...(backend.port === undefined ? {} : { Port: backend.port }),
        ...(backend.vni === undefined ? {} : { VNI: backend.vni }),
      },
    }),
  });
}

type Json = string | number | { readonly [key: string]: Json };

function spaced(value: Json): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${spaced(inner)}`);
  return `{${members.join(', ')}}`;
}
