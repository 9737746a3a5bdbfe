import { field } from './etcd-keys.ts';
import { formatNet, type Net, parseNet } from './ipv4.ts';
import type { NetworkConfig } from './network-config.ts';

/** What a host says of itself with its lease; further fields of other backends are kept as they are. */
export interface LeaseAttributes {
  readonly PublicIP: string;
  readonly BackendType?: string;
  readonly BackendData?: unknown;
}

/** A subnet that belongs to a host for a while. */
export interface Lease {
  readonly subnet: Net;
  readonly attributes: LeaseAttributes;
  /** As RFC 3339. */
  readonly expiration: string;
}

/** Where leases come from: etcd itself, or a flanneld in server mode (subnet.Manager). */
export interface LeaseManager {
  config(): Promise<NetworkConfig>;
  /** Tries until it has one; `wanted` says whether anyone still waits for it. */
  acquire(attributes: LeaseAttributes, wanted: () => boolean): Promise<Lease>;
  renew(lease: Lease): Promise<Lease>;
  /** All leases there are. */
  leases(): Promise<readonly Lease[]>;
}

/** A lease as JSON between client and server (subnet/subnet.go). */
export function showLease(lease: Lease): Record<string, unknown> {
  return { Subnet: formatNet(lease.subnet), Attrs: lease.attributes, Expiration: lease.expiration };
}

/** The lease in a JSON value; undefined when it is none. */
export function readLease(value: unknown): Lease | undefined {
  const subnet = parseNet(String(field(value, 'Subnet') ?? ''));
  const attributes = readAttributes(field(value, 'Attrs'));
  if (!subnet || !attributes) return undefined;
  return { subnet, attributes, expiration: String(field(value, 'Expiration') ?? '') };
}

/** The attributes in a JSON value; undefined without a public address. */
export function readAttributes(value: unknown): LeaseAttributes | undefined {
  const ip = field(value, 'PublicIP');
  const type = field(value, 'BackendType');
  const data = field(value, 'BackendData');
  if (typeof ip !== 'string') return undefined;
  return {
    PublicIP: ip,
    ...(typeof type === 'string' && type !== '' && { BackendType: type }),
    ...(data !== undefined && data !== null && { BackendData: data }),
  };
}
