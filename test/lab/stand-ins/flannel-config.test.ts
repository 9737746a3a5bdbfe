import { describe, expect, it } from 'vitest';
import { chooseBackend } from '../../../src/lab/stand-ins/flannel/backend.ts';
import { formatNet, overlaps, parseIp, parseNet } from '../../../src/lab/stand-ins/flannel/ipv4.ts';
import { parseConfig, showConfig } from '../../../src/lab/stand-ins/flannel/network-config.ts';

describe('the network config key', () => {
  it.each([
    [{ Network: '10.1.0.0/16' }, { SubnetMin: '10.1.1.0', SubnetMax: '10.1.255.0', SubnetLen: 24 }],
    [
      { Network: '10.1.0.0/16', SubnetLen: 20 },
      { SubnetMin: '10.1.16.0', SubnetMax: '10.1.240.0', SubnetLen: 20 },
    ],
    [{ Network: '192.168.4.0/24' }, { SubnetMin: '192.168.4.128', SubnetMax: '192.168.4.128', SubnetLen: 25 }],
    [
      { Network: '200.0.0.0/8', SubnetMin: '200.10.0.0', SubnetMax: '200.99.0.0' },
      { SubnetMin: '200.10.0.0', SubnetMax: '200.99.0.0', SubnetLen: 24 },
    ],
  ])('%o', (given, filledIn) => {
    expect(showConfig(parseConfig(JSON.stringify(given)))).toEqual({ Network: given.Network, ...filledIn });
  });

  it.each([
    ['{"Network":"10.1.0.0/16","SubnetLen":8}', 'HostSubnet is larger network than Network'],
    ['{"Network":"10.1.0.0/16","SubnetMin":"10.2.0.0"}', 'SubnetMin is not in the range of the Network'],
    ['{"Network":"10.1.0.0/16","SubnetMax":"10.2.0.0"}', 'SubnetMax is not in the range of the Network'],
    ['{"Network":"10.1.0.0"}', 'invalid CIDR address: 10.1.0.0'],
    ['10.1.0.0/16', 'invalid character'],
    ['', 'unexpected end of JSON input'],
  ])('refuses %s', (text, message) => {
    expect(() => parseConfig(text)).toThrow(message);
  });
});

it.each([
  [undefined, 1472, 'UDP'],
  ['vxlan', 1450, 'VXLAN'],
  ['host-gw', 1500, 'host-gw'],
])('backend %s leaves %i bytes', (Type, mtu, name) => {
  const config = parseConfig(
    JSON.stringify({ Network: '10.1.0.0/16', ...(Type !== undefined && { Backend: { Type } }) }),
  );
  const iface = { name: 'eth0', address: '10.0.0.1', mtu: 1500 };
  expect(chooseBackend(config, iface, '10.0.0.1')).toMatchObject({ mtu, name });
});

it('an unknown backend', () => {
  const config = parseConfig('{"Network":"10.1.0.0/16","Backend":{"Type":"magic"}}');
  expect(() => chooseBackend(config, { name: 'eth0', address: '10.0.0.1', mtu: 1500 }, '10.0.0.1')).toThrow(
    'unknown backend',
  );
});

it('addresses', () => {
  expect(parseIp('255.255.255.255')).toBe(2 ** 32 - 1);
  expect(parseIp('256.0.0.1')).toBeUndefined();
  const net = parseNet('10.1.34.7-24', '-');
  expect(net && formatNet(net)).toBe('10.1.34.0/24');
  const [a, b] = [parseNet('10.1.0.0/16'), parseNet('10.1.255.0/24')];
  expect(a && b && overlaps(a, b)).toBe(true);
});
