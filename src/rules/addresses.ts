import ipaddr from 'ipaddr.js';

/** An IPv4 address as a number from 0 to 2^32 - 1. */
export type Address = number;

/** A network: `first` is its network address, `last` its broadcast address. */
export interface Cidr {
  readonly first: Address;
  readonly last: Address;
  readonly prefix: number;
}

/** Why a text is no network. */
export type CidrProblem =
  | { readonly wrong: 'ipv6' | 'address' | 'prefix' }
  | { readonly wrong: 'hostBits'; readonly network: string };

/** The address in a text: four decimal numbers without leading zeros; undefined for anything else. */
export function parseAddress(text: string | null | undefined): Address | undefined {
  if (text === null || text === undefined || !ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
  return ipaddr.IPv4.parse(text).octets.reduce((number, octet) => number * 256 + octet, 0);
}

export function isIPv6(text: string): boolean {
  return ipaddr.IPv6.isValid(text);
}

export function formatAddress(address: Address): string {
  return new ipaddr.IPv4([24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256)).toString();
}

/** The network in a text such as 10.1.0.0/16, or what is wrong with it. */
export function readCidr(text: string): Cidr | CidrProblem {
  const slash = text.lastIndexOf('/');
  const addressText = text.slice(0, slash);
  const prefixText = text.slice(slash + 1);
  if (isIPv6(addressText)) return { wrong: 'ipv6' };
  const address = parseAddress(addressText);
  if (address === undefined) return { wrong: 'address' };
  if (!/^(0|[1-9][0-9]?)$/.test(prefixText) || Number(prefixText) > 32) return { wrong: 'prefix' };
  const prefix = Number(prefixText);
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  if (first !== address) return { wrong: 'hostBits', network: `${formatAddress(first)}/${prefix}` };
  return { first, last: first + size - 1, prefix };
}

/** The network in a text; undefined when it is none. */
export function parseCidr(text: string): Cidr | undefined {
  const cidr = readCidr(text);
  return 'wrong' in cidr ? undefined : cidr;
}

export function contains(cidr: Cidr, address: Address): boolean {
  return cidr.first <= address && address <= cidr.last;
}

export function overlap(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Ranges of which no host has an address that others reach, with what they are for (RFC 6890, RFC 5771). */
const reserved: readonly { readonly cidr: string; readonly purpose: string }[] = [
  { cidr: '0.0.0.0/8', purpose: 'means "this host"' },
  { cidr: '127.0.0.0/8', purpose: 'is the loopback of every host' },
  { cidr: '169.254.0.0/16', purpose: 'is link-local, valid on one cable only' },
  { cidr: '224.0.0.0/4', purpose: 'is for multicast' },
  { cidr: '240.0.0.0/4', purpose: 'is reserved or broadcast' },
];
const reservedRanges = reserved.flatMap(({ cidr, purpose }) => {
  const range = parseCidr(cidr);
  return range ? [{ text: cidr, range, purpose }] : [];
});

/** The reserved range that a network touches. */
export function reservedRange(cidr: Cidr): { readonly text: string; readonly purpose: string } | undefined {
  return reservedRanges.find(({ range }) => overlap(range, cidr));
}

/** Why an address cannot be that of a host; undefined when it can. */
export function whyUnusable(address: Address): string | undefined {
  const found = reservedRange({ first: address, last: address, prefix: 32 });
  return found && `${found.text} ${found.purpose}`;
}
