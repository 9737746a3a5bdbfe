import { isIP } from 'node:net';

/*
 * What Go's own parsers accept, as the programs of this stack use them (Go 1.5 to 1.13: neither digits apart by
 * underscores nor the prefixes 0b and 0o, which came with Go 1.13, are taken for granted).
 */

const booleans: ReadonlySet<string> = new Set([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'],
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'],
]);

/** strconv.ParseBool. */
export function isGoBool(value: string): boolean {
  return booleans.has(value);
}

/**
 * strconv.ParseInt and ParseUint with base 0: decimal, octal with a leading 0, or hexadecimal with a leading 0x.
 * Out: the number, or undefined when the text is none. Unsigned numbers take no sign at all.
 */
export function parseGoInteger(value: string, signed: boolean): bigint | undefined {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.exec(value);
  const [, sign = '', digits = ''] = match ?? [];
  if (!match || (sign !== '' && !signed)) return undefined;
  const octal = /^0[0-7]+$/.test(digits);
  const magnitude = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  return sign === '-' ? -magnitude : magnitude;
}

/** strconv.Atoi: decimal only, `08` being eight; within 64 bits. */
export function parseGoDecimal(value: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(value)) return undefined;
  const number = BigInt(value.replace(/^\+/, ''));
  return number >= -(2n ** 63n) && number < 2n ** 63n ? number : undefined;
}

/** strconv.ParseFloat: decimal with or without exponent, infinities and NaN. */
export function isGoFloat(value: string, bits: 32 | 64): boolean {
  if (/^([+-]?(inf|infinity)|nan)$/i.test(value)) return true;
  if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(value)) return false;
  const number = Number(value);
  return Number.isFinite(bits === 32 ? Math.fround(number) : number);
}

// Nanoseconds; the micro sign and the Greek letter both count.
const units: Readonly<Record<string, number>> = {
  ...{ ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6 },
  ...{ s: 1e9, m: 60e9, h: 3600e9 },
};

/**
 * time.ParseDuration. Out: nanoseconds (as a double, so exact to some 100 ns only), or undefined when Go would
 * refuse the text: no unit, an unknown one, no digit, or more than 63 bits of nanoseconds.
 */
export function parseGoDuration(value: string): number | undefined {
  const [, sign = '', rest = ''] = /^([+-]?)(.*)$/s.exec(value) ?? [];
  if (rest === '0') return 0;
  if (!/^(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined;
  let total = 0;
  for (const [, number = '', unit = ''] of rest.matchAll(/([0-9.]+)([a-zµμ]+)/g)) {
    total += Number(number) * (units[unit] ?? 0);
  }
  if (total >= 2 ** 63) return undefined;
  return sign === '-' ? -total : total;
}

/** net.ParseIP after trimming, but for leading zeros in IPv4, which newer programs refuse or read as octal. */
export function isGoIp(value: string): boolean {
  return isIP(value.trim()) !== 0 && !value.includes('%');
}

/** net.ParseCIDR after trimming; bits of the host may be set. */
export function isGoCidr(value: string): boolean {
  const [address = '', length = '', ...more] = value.trim().split('/');
  if (more.length > 0 || !/^[0-9]{1,3}$/.test(length) || !isGoIp(address)) return false;
  return Number(length) <= (isIP(address) === 4 ? 32 : 128);
}

/** net.SplitHostPort: `host:port` or `[v6]:port`; either part may be empty. Out: both parts, or undefined. */
export function splitHostPort(value: string): { readonly host: string; readonly port: string } | undefined {
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(value);
  if (!match) return undefined;
  return { host: match[1] ?? match[2] ?? '', port: match[3] ?? '' };
}

/** Whether a text is a port number, 0 to 65535, in decimal. */
export function isPort(value: string): boolean {
  return /^[0-9]{1,5}$/.test(value) && Number(value) <= 65535;
}
