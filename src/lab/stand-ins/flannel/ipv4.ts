/** An IPv4 network: the address as a number, and the length of the prefix. */
export interface Net {
  readonly ip: number;
  readonly length: number;
}

/** An IPv4 address as a number; undefined when it is none. */
export function parseIp(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatIp(ip: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(ip / 2 ** shift) % 256).join('.');
}

/** A network as 10.1.0.0/16, with the host's part taken off; `separator` is `-` in keys. Undefined when it is none. */
export function parseNet(text: string, separator = '/'): Net | undefined {
  const at = text.lastIndexOf(separator);
  const ip = parseIp(text.slice(0, Math.max(at, 0)));
  const length = text.slice(at + 1);
  if (ip === undefined || !/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
  const size = sizeOf(Number(length));
  return { ip: Math.floor(ip / size) * size, length: Number(length) };
}

export function formatNet(net: Net, separator = '/'): string {
  return `${formatIp(net.ip)}${separator}${net.length}`;
}

/** How many addresses a prefix of this length leaves. */
export function sizeOf(length: number): number {
  return 2 ** (32 - length);
}

export function contains(net: Net, ip: number): boolean {
  return ip >= net.ip && ip < net.ip + sizeOf(net.length);
}

export function overlaps(a: Net, b: Net): boolean {
  return contains(a, b.ip) || contains(b, a.ip);
}
