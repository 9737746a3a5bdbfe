import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  formatAddress,
  isIPv6,
  overlap,
  parseAddress,
  parseCidr,
  readCidr,
  whyUnusable,
} from '../../src/rules/addresses.ts';
import { looksLikeAddress } from '../../src/rules/given-addresses.ts';
import { partCount, partLength } from '../../src/rules/network-parts.ts';

function cidr(text: string) {
  const parsed = parseCidr(text);
  if (!parsed) throw new Error(`${text} is no network`);
  return parsed;
}

describe('addresses', () => {
  it.each([
    ['0.0.0.0', 0],
    ['0.0.0.1', 1],
    ['10.0.0.0', 0x0a000000],
    ['127.255.255.255', 0x7fffffff],
    ['128.0.0.0', 0x80000000],
    ['255.255.255.255', 0xffffffff],
  ])('%s is %d', (text, number) => {
    expect(parseAddress(text)).toBe(number);
    expect(formatAddress(number)).toBe(text);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.0.1',
    '10.0.0.256',
    '010.0.0.1',
    '10.0.0.01',
    '0x0a.0.0.1',
    '167772161',
    '10.0.0.1 ',
    '10.0.0.-1',
    '::1',
    '::ffff:10.0.0.1',
  ])('%j is no IPv4 address', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('comes back from its text', () => {
    fc.assert(fc.property(fc.nat(0xffffffff), (number) => parseAddress(formatAddress(number)) === number));
  });

  it.each(['::', '::1', 'fd00::1', '::ffff:10.0.0.1'])('%s is IPv6', (text) => expect(isIPv6(text)).toBe(true));
  it.each(['10.0.0.1', '10.0.0.256', ':', 'ab'])('%s is not IPv6', (text) => expect(isIPv6(text)).toBe(false));

  it.each([
    ['0.0.0.0', false],
    ['0.255.255.255', false],
    ['1.0.0.0', true],
    ['126.255.255.255', true],
    ['127.0.0.0', false],
    ['128.0.0.0', true],
    ['169.253.255.255', true],
    ['169.254.0.0', false],
    ['169.255.0.0', true],
    ['223.255.255.255', true],
    ['224.0.0.0', false],
    ['239.255.255.255', false],
    ['240.0.0.0', false],
    ['255.255.255.255', false],
  ])('%s can be the address of a host: %s', (text, usable) => {
    expect(whyUnusable(parseAddress(text) ?? -1) === undefined).toBe(usable);
  });
});

describe('networks', () => {
  it.each([
    ['0.0.0.0/0', '0.0.0.0', '255.255.255.255'],
    ['128.0.0.0/1', '128.0.0.0', '255.255.255.255'],
    ['10.0.0.0/8', '10.0.0.0', '10.255.255.255'],
    ['10.1.0.0/16', '10.1.0.0', '10.1.255.255'],
    ['10.1.2.128/25', '10.1.2.128', '10.1.2.255'],
    ['10.1.2.4/31', '10.1.2.4', '10.1.2.5'],
    ['10.1.2.3/32', '10.1.2.3', '10.1.2.3'],
    ['255.255.255.255/32', '255.255.255.255', '255.255.255.255'],
  ])('%s goes from %s to %s', (text, first, last) => {
    expect([cidr(text).first, cidr(text).last].map(formatAddress)).toEqual([first, last]);
  });

  it.each([
    ['10.1.0.1/16', { wrong: 'hostBits', network: '10.1.0.0/16' }],
    ['255.255.255.255/1', { wrong: 'hostBits', network: '128.0.0.0/1' }],
    ['10.1.0.0/33', { wrong: 'prefix' }],
    ['10.1.0.0/016', { wrong: 'prefix' }],
    ['10.1.0.0/', { wrong: 'prefix' }],
    ['10.1.0/16', { wrong: 'address' }],
    ['10.1.0.0', { wrong: 'address' }],
    ['fd00::/8', { wrong: 'ipv6' }],
  ])('%s is wrong', (text, problem) => expect(readCidr(text)).toEqual(problem));

  it('holds its own first and last address, and not those beside them', () => {
    const network = cidr('10.1.0.0/16');
    const inside = ['10.0.255.255', '10.1.0.0', '10.1.255.255', '10.2.0.0'].map((text) =>
      contains(network, parseAddress(text) ?? -1),
    );
    expect(inside).toEqual([false, true, true, false]);
  });

  it.each([
    ['10.1.0.0/16', '10.2.0.0/16', false],
    ['10.1.0.0/16', '10.1.255.0/24', true],
    ['10.1.255.0/24', '10.1.0.0/16', true],
    ['10.0.0.0/9', '10.128.0.0/9', false],
    ['0.0.0.0/0', '255.255.255.255/32', true],
  ])('%s and %s overlap: %s', (a, b, expected) => expect(overlap(cidr(a), cidr(b))).toBe(expected));

  // flannel 0.5.5, subnet/config.go and allocateSubnet in subnet/etcd.go.
  it.each([
    ['10.1.0.0/16', undefined, 24, 255],
    ['10.1.0.0/23', undefined, 24, 1],
    ['10.1.0.0/24', undefined, 25, 1],
    ['10.1.0.0/28', undefined, 29, 1],
    ['10.1.0.0/16', 16, 16, 0],
    ['10.1.0.0/16', 15, 15, 0],
    ['10.1.0.0/16', 30, 30, 16383],
    ['10.0.0.0/8', 9, 9, 1],
  ])('flannel divides %s with length %s into parts of /%d for %d nodes', (text, given, length, count) => {
    expect(partLength(cidr(text), given)).toBe(length);
    expect(partCount(cidr(text), length)).toBe(count);
  });
});

describe('names that look like addresses', () => {
  it.each(['1', '10.0', '10.0.0.1', '0x7f.1', '300.1'])('%s does', (name) => expect(looksLikeAddress(name)).toBe(true));
  it.each(['node-1', '1a', 'a.1', '1.example', 'xff'])('%s does not', (name) =>
    expect(looksLikeAddress(name)).toBe(false),
  );
});
