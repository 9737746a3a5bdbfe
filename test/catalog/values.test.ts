import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FlagInfo } from '../../src/catalog/flags.ts';
import { checkValue } from '../../src/catalog/values.ts';
import type { CatalogComponent } from '../../src/release/types.ts';
import { everySet, flagsFor } from './components.ts';

/** A flag of a made-up name, so that only its type counts. */
function flag(type: string, name = 'some-flag', component: CatalogComponent = 'kubelet'): FlagInfo {
  const rest = { default: '', deprecated: false, bareMeans: undefined, repeats: false };
  return { component, name, names: [name], type, ...rest };
}

// What Go prints for a value that was never set; a default that begins with $ comes from the environment.
const placeholders: ReadonlySet<string> = new Set(['', '<nil>', '[]', 'map[]', ':0']);

test('every default of the catalogue is a good value of its own flag', () => {
  for (const set of everySet) {
    for (const one of set.all) {
      if (placeholders.has(one.default) || one.default.startsWith('$')) continue;
      const values = one.repeats ? one.default.replace(/^\[(.*)\]$/, '$1').split(',') : [one.default];
      for (const value of values) {
        expect(checkValue(one, value), `${set.component} ${set.release} --${one.name}=${value}`).toBeUndefined();
      }
    }
  }
});

const good: readonly [string, ...string[]][] = [
  ['bool', '1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'false', 'FALSE', 'False'],
  ['version', 'raw', 'true', 'false'],
  ['int', '0', '-1', '+5', '0x10', '0X1f', '017', '9223372036854775807', '-9223372036854775808'],
  ['int32', '2147483647', '-2147483648', '-0x80000000'],
  ['uint', '0', '18446744073709551615', '0xff'],
  ['uint32', '4294967295'],
  ['float32', '0.1', '20', '-1e3', '.5', '5.', 'inf', 'NaN'],
  ['float64', '1e300'],
  ['duration', '0', '10s', '1m30s', '1.5h', '-1s', '+2ms', '.5s', '1.s', '100us', '100µs', '1h0m0s', '8760h0m0s'],
  ['ip', '10.0.0.1', '::1', '::ffff:10.0.0.1', '0.0.0.0', ' 10.0.0.1 '],
  ['ipNet', '10.254.0.0/16', '10.254.0.1/16', 'fd00::/8', '0.0.0.0/0'],
  ['cidrs', '10.0.0.0/8', '10.0.0.0/8,192.168.0.0/16'],
  ['portRange', '8000-40000', '', '80-80', ' 1-2 '],
  ['URLs', 'http://10.0.0.1:2379', 'https://a:1,http://[::1]:2379', 'http://h:1, http://h:2', 'unix://sock:1'],
  ['UniqueURLs', '', 'http://localhost:2379'],
  ['IPAddressPort', '127.0.0.1:4001', '[::1]:4001'],
  ['IgnoredFlag', '', 'anything'],
  ['Level', '0', '10', '08'],
  ['severity', 'info', 'WARNING', '2'],
  ['moduleSpec', '', 'a=1', 'a=1,b*=2', 'a=1,'],
  ['traceLocation', 'server.go:42'],
  ['mapStringBool', '', 'A=true', 'A=true,B=f'],
  ['map', 'max-size=10m', 'a=b=c', 'a='],
  ['ulimit', 'nofile=1024', 'nofile=1024:2048', 'core=-1:-1'],
  ['runtime', 'kata=/opt/kata --debug'],
  ['bytes', '64MiB', '64m', '1g', '1.5 GB', '100'],
  ['pool-options', 'base=10.0.0.0/8,size=24'],
  ['ProxyMode', '', 'iptables', 'userspace'],
  ['stringSlice', '', 'a,b'],
  ['no such type', 'anything at all'],
];
describe('accepts', () => {
  test.each(good)('%s', (type, ...values) => {
    for (const value of values) expect(checkValue(flag(type), value), value).toBeUndefined();
  });
});

const bad: readonly [string, ...string[]][] = [
  ['bool', '', 'yes', 'on', 'tRUE', '2', ' true'],
  ['int', '', '1.5', '1e3', '08', '0b1', '1_000', 'x', '9223372036854775808', ' 1'],
  ['int32', '2147483648', '-2147483649'],
  ['uint', '-1', '+1', '18446744073709551616'],
  ['uint32', '4294967296'],
  ['float32', '', '.', 'e3', '0x1', '1e39'],
  ['float64', '1e309', '1,5'],
  ['duration', '', '10', '10 s', '1d', 's', '.s', '1m30', '1.2.3s', '--1s', '300000h0m0s0'],
  ['ip', '', '10.0.0', '10.0.0.256', '010.0.0.1', 'host', 'fe80::1%eth0', '10.0.0.1/24'],
  ['ipNet', '', '10.0.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::/129'],
  ['cidrs', '', '10.0.0.0/8,'],
  ['portRange', '8000', '8000+10', '40000-8000', '-1-5', '1-65536', '1-2-3', 'a-b'],
  ['URLs', '', '10.0.0.1:2379', 'http://10.0.0.1', 'http://h:1/', 'http://h:1/path', 'ftp://h:1', 'http://h:x'],
  ['UniqueURLs', 'http://h:1,', 'localhost:1'],
  ['IPAddressPort', 'localhost:4001', '127.0.0.1', ':0'],
  ['DeprecatedFlag', '', 'x'],
  ['Level', '', 'high', '0x1'],
  ['severity', '', 'LOUD'],
  ['moduleSpec', 'a', 'a=', '=1', 'a=-1', 'a=1=2'],
  ['traceLocation', '', 'server:42', 'server.go', 'server.go:0', 'server.go:x'],
  ['mapStringBool', 'A', 'A=yes', '=true'],
  ['map', 'a', '=b', ''],
  ['ulimit', 'nofile', 'as=1', 'nofile=2:1', 'nofile=x'],
  ['runtime', 'runc=/x', 'RUNC=/x', 'kata', 'kata=', '=x'],
  ['bytes', '', '-1', '1x', 'big'],
  ['pool-options', 'base=10.0.0.0/8', 'size=24', 'base=x,size=24', 'base=10.0.0.0/8,size=24,more=1'],
  ['ProxyMode', 'ipvs'],
];
describe('refuses', () => {
  test.each(bad)('%s', (type, ...values) => {
    for (const value of values) expect(checkValue(flag(type), value), value).toMatch(/^[a-z].*[^.]$/);
  });

  test('a NUL character, whatever the type', () => {
    expect(checkValue(flag('string'), 'a\0b')).toMatch(/NUL/);
  });
});

describe('flags that are stricter than their type', () => {
  const rows: readonly [CatalogComponent, string, string, string, string][] = [
    ['kubelet', '1.3.3', 'cadvisor-port', '8194', '65536'],
    ['kube-apiserver', '1.3.3', 'insecure-port', '0', '-1'],
    ['kubelet', '1.3.3', 'cluster-dns', '10.254.88.188', 'dns.local'],
    ['kube-apiserver', '1.3.3', 'etcd-servers', 'http://a:2379,http://b:2379', 'a:2379'],
    ['etcd', '2.3.7', 'initial-cluster-state', 'existing', 'old'],
    ['etcd', '3.4.23', 'initial-cluster-state', 'new', ''],
    ['etcd', '2.3.7', 'data-dir', '/home/work/etcd', ''],
    ['etcd', '2.3.7', 'initial-cluster', 'a=http://a:2380,b=http://b:2380', 'http://a:2380'],
    ['etcd', '2.3.7', 'proxy', 'readonly', 'true'],
    ['docker-daemon', '1.11.2', 'bip', '10.1.2.1/24', '10.1.2.1'],
    ['docker-daemon', '1.11.2', 'log-level', 'debug', 'DEBUG'],
    ['docker-daemon', '1.11.2', 'host', 'tcp://0.0.0.0:2375', 'http://0.0.0.0:2375'],
    ['docker-daemon', '1.11.2', 'host', 'unix:///var/run/docker.sock', '0.0.0.0:port'],
    ['docker-daemon', '1.11.2', 'insecure-registry', 'registry.Xcloud.com', 'http://registry.Xcloud.com'],
    ['docker-daemon', '1.11.2', 'registry-mirror', 'http://mirror:5000', 'mirror:5000'],
    ['docker-daemon', '1.11.2', 'dns', '10.0.0.2', 'resolver'],
    ['docker-daemon', '20.10.24', 'default-ipc-mode', 'shareable', 'host'],
    ['flanneld', '0.5.5', 'remote', '10.0.0.1:8888', 'http://10.0.0.1:8888'],
    ['flanneld', '0.5.5', 'listen', '0.0.0.0:8888', '8888'],
  ];
  test.each(rows)('%s %s --%s takes %s, not %s', (component, release, name, right, wrong) => {
    const found = flagsFor(component, release).find(name);
    if (found === undefined) throw new Error(`no --${name}`);
    expect(checkValue(found, right)).toBeUndefined();
    expect(checkValue(found, wrong)).toBeDefined();
  });
});

describe('properties', () => {
  const unit = fc.constantFrom('ns', 'us', 'µs', 'ms', 's', 'm', 'h');
  const part = fc.tuple(fc.nat(1000), fc.option(fc.nat(999)), unit);

  test('whatever is put together from numbers and units is a duration; without its last unit it is none', () => {
    fc.assert(
      fc.property(fc.constantFrom('', '-', '+'), fc.array(part, { minLength: 1, maxLength: 5 }), (sign, parts) => {
        const text = parts.map(
          ([whole, fraction, name]) => `${whole}${fraction === null ? '' : `.${fraction}`}${name}`,
        );
        expect(checkValue(flag('duration'), sign + text.join(''))).toBeUndefined();
        const [whole = 1] = parts[0] ?? [];
        expect(checkValue(flag('duration'), `${sign}${text.join('')}${whole + 1}`)).toBeDefined();
      }),
    );
  });

  test('a whole number fits or does not, in decimal and in hexadecimal', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }), (number) => {
        const sign = number < 0n ? '-' : '';
        const hex = `${sign}0x${(number < 0n ? -number : number).toString(16)}`;
        const fits = {
          int32: BigInt.asIntN(32, number) === number,
          int64: BigInt.asIntN(64, number) === number,
          uint32: BigInt.asUintN(32, number) === number,
          uint64: BigInt.asUintN(64, number) === number,
        };
        for (const [type, does] of Object.entries(fits)) {
          expect(checkValue(flag(type), String(number)) === undefined).toBe(does);
          expect(checkValue(flag(type), hex) === undefined).toBe(does);
        }
      }),
    );
  });

  test('addresses and networks', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 40 }), (address, length) => {
        expect(checkValue(flag('ip'), address)).toBeUndefined();
        expect(checkValue(flag('ipNet'), `${address}/${length}`) === undefined).toBe(length <= 32);
      }),
    );
  });

  test('no value throws', () => {
    const flags = everySet.flatMap((set) => set.all);
    fc.assert(
      fc.property(fc.constantFrom(...flags), fc.string({ unit: 'binary' }), (one, value) => {
        const wrong = checkValue(one, value);
        expect(wrong === undefined || wrong.length > 0).toBe(true);
      }),
    );
  });
});
