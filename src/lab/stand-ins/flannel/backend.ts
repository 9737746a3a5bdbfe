import { createSocket, type Socket } from 'node:dgram';
import { closeSync, openSync } from 'node:fs';
import type { ExternalInterface } from './interfaces.ts';
import type { LeaseAttributes } from './leases.ts';
import { backendType, type NetworkConfig, udpPort } from './network-config.ts';

/** How packets get from host to host, as far as the rest of the cluster sees it. */
export interface Backend {
  /** As the real one names it in its log. */
  readonly name: string;
  readonly mtu: number;
  readonly attributes: LeaseAttributes;
  /** What is done once the lease is there; throws as the real one fails. */
  readonly open: () => Promise<void>;
  readonly close: () => void;
}

/**
 * The backend of the config. Nothing is encapsulated here: pods reach each other by plain routes (routes.ts), which
 * works while all hosts share a network. What the real ones need is looked for all the same: udp opens /dev/net/tun and
 * its UDP port. Throws for a type that there is not.
 */
export function chooseBackend(config: NetworkConfig, iface: ExternalInterface, publicIp: string): Backend {
  const type = backendType(config);
  const nothing = { open: async (): Promise<void> => {}, close: (): void => {} };
  switch (type) {
    case 'udp': {
      // backend/udp/udp.go: 20 bytes of IP and 8 of UDP in front of each packet.
      const socket = udpSocket(udpPort(config));
      return { name: 'UDP', mtu: iface.mtu - 28, attributes: { PublicIP: publicIp }, ...socket };
    }
    case 'vxlan': {
      const BackendData = { VtepMAC: macOf(iface.address) };
      const attributes = { PublicIP: publicIp, BackendType: 'vxlan', BackendData };
      return { name: 'VXLAN', mtu: iface.mtu - 50, attributes, ...nothing };
    }
    case 'host-gw': {
      const open = async (): Promise<void> => {
        if (publicIp === iface.address) return;
        const why = "that probably you're on a NAT, which is not supported by host-gw backend";
        throw new Error(`your PublicIP differs from interface IP, meaning ${why}`);
      };
      const attributes = { PublicIP: iface.address, BackendType: 'host-gw' };
      return { name: 'host-gw', mtu: iface.mtu, attributes, open, close: nothing.close };
    }
    case 'alloc':
      return { name: 'allocation', mtu: iface.mtu, attributes: { PublicIP: publicIp }, ...nothing };
    default:
      throw new Error(`: '${type}': unknown backend type`);
  }
}

/** The real one has a link address for its device; ours only has to look like one, and to stay the same. */
function macOf(address: string): string {
  const parts = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return ['0a', '58', ...parts].join(':');
}

function udpSocket(port: number): Pick<Backend, 'open' | 'close'> {
  let socket: Socket | undefined;
  const open = async (): Promise<void> => {
    needTun();
    const fresh = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      fresh.once('error', (error) => {
        fresh.close();
        const taken = 'code' in error && error.code === 'EADDRINUSE';
        const reason = taken ? 'bind: address already in use' : error.message;
        reject(new Error(`failed to start listening on UDP socket: listen udp4 :${port}: ${reason}`));
      });
      fresh.bind(port, resolve);
    });
    socket = fresh;
  };
  return { open, close: () => socket?.close() };
}

/** pkg/ip/tun.go OpenTun. */
function needTun(): void {
  try {
    closeSync(openSync('/dev/net/tun', 'r+'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const reason =
      code === 'ENOENT' ? 'no such file or directory' : code === 'EACCES' ? 'permission denied' : String(code);
    throw new Error(`Failed to open TUN device: open /dev/net/tun: ${reason}`);
  }
}
