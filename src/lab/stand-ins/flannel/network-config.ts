import { contains, formatIp, formatNet, type Net, parseIp, parseNet, sizeOf } from './ipv4.ts';

/** The network config key, with what it leaves out filled in. */
export interface NetworkConfig {
  readonly network: Net;
  readonly subnetMin: number;
  readonly subnetMax: number;
  readonly subnetLen: number;
  /** As it is in the key; undefined when it is not there. */
  readonly backend: unknown;
}

/** Reads the key's value (subnet/config.go ParseConfig). Throws an error in the real one's words. */
export function parseConfig(text: string): NetworkConfig {
  const value: unknown = parseJson(text);
  const field = (key: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  const network = parseNet(String(field('Network') ?? ''));
  if (!network) throw new Error(`invalid CIDR address: ${String(field('Network') ?? '')}`);
  const given = Number(field('SubnetLen') ?? 0);
  if (given > 0 && given < network.length) throw new Error('HostSubnet is larger network than Network');
  const subnetLen = given > 0 ? given : network.length < 24 ? 24 : network.length + 1;
  const size = sizeOf(subnetLen);
  const edge = (key: string, otherwise: number): number => {
    const asked = field(key);
    if (asked === undefined) return otherwise;
    const ip = parseIp(String(asked));
    if (ip === undefined) throw new Error('Invalid IP address format');
    if (ip === 0) return otherwise;
    if (!contains(network, ip)) throw new Error(`${key} is not in the range of the Network`);
    return ip;
  };
  return {
    network,
    // The first subnet is left out: its address looks like a broadcast address.
    subnetMin: edge('SubnetMin', network.ip + size),
    subnetMax: edge('SubnetMax', network.ip + sizeOf(network.length) - size),
    subnetLen,
    backend: field('Backend'),
  };
}

/** As the server sends it to clients. */
export function showConfig(config: NetworkConfig): Record<string, unknown> {
  return {
    Network: formatNet(config.network),
    SubnetMin: formatIp(config.subnetMin),
    SubnetMax: formatIp(config.subnetMax),
    SubnetLen: config.subnetLen,
    ...(config.backend !== undefined && { Backend: config.backend }),
  };
}

/** Type of the backend in small letters: udp when none is named (network/backend.go). */
export function backendType(config: NetworkConfig): string {
  const type = backendField(config, 'Type');
  return (typeof type === 'string' && type !== '' ? type : 'udp').toLowerCase();
}

/** The UDP port of the udp backend. */
export function udpPort(config: NetworkConfig): number {
  const port = backendField(config, 'Port');
  return typeof port === 'number' && port > 0 ? port : 8285;
}

function backendField({ backend }: NetworkConfig, key: string): unknown {
  return typeof backend === 'object' && backend !== null ? Reflect.get(backend, key) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(
      text.trim() === '' ? 'unexpected end of JSON input' : `invalid character '${text.trim().charAt(0)}'`,
    );
  }
}
