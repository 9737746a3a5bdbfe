import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { catalogFile, cataloguedReleases } from '../../../src/catalog/data.ts';
import { type FlagInfo, type FlagSet, flagsOf } from '../../../src/catalog/flags.ts';
import { checkValue } from '../../../src/catalog/values.ts';
import { parseCommandLine } from '../../../src/lab/stand-ins/command-line.ts';
import type { ParsedCommandLine } from '../../../src/lab/stand-ins/types.ts';
import type { CatalogComponent } from '../../../src/release/types.ts';
import { standIn } from './build.ts';

const components: readonly CatalogComponent[] = [
  ...(['etcd', 'flanneld', 'docker-daemon', 'kube-apiserver'] as const),
  ...(['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'] as const),
];

const all = components.flatMap((component) => cataloguedReleases(component).map((release) => ({ component, release })));

function setOf(component: CatalogComponent, release: string): FlagSet {
  const set = flagsOf(component, release);
  if (!set) throw new Error(`${component} ${release} is not catalogued`);
  return set;
}

/** A value that the flag takes, beginning with its own default; undefined where it takes none at all. */
function validValue(flag: FlagInfo): string | undefined {
  const values = [
    ...['10s', 'true', '1', '10.0.0.1', '10.0.0.0/16', '80-90', 'http://10.0.0.1:2379', '10.0.0.1:80', 'a=b', 'a=true'],
    ...['nofile=1024', 'kata=/opt/kata', '64m', 'base=10.0.0.0/8,size=24', 'file.go:1', 'file=1', 'unix:///run/x.sock'],
    ...['word', 'private', 'info', 'none', 'etcd2', 'iptables', 'new', 'off', 'proxy'],
  ];
  const first = ['', '<nil>', '[]', 'map[]'].includes(flag.default) ? [] : [flag.default];
  return [...first, ...values].find((value) => checkValue(flag, value) === undefined);
}

/** A value that the catalogue knows to be wrong; undefined where it cannot tell. */
function invalidValue(flag: FlagInfo): string | undefined {
  return ['no such value', '-1', 'maybe', '70000', ''].find((value) => checkValue(flag, value) !== undefined);
}

const typed = (flag: string, value: string): string[] => [`--${flag}=${value}`];

function isRefused(parsed: ParsedCommandLine, exitCode: number, text: RegExp | string): void {
  if (!('refusal' in parsed)) throw new Error(`taken, but should say ${text}`);
  expect(parsed.refusal).toMatch(text);
  expect(parsed.exitCode).toBe(exitCode);
}

/** The code for a flag that is not there, by parser. */
function usageCode(component: CatalogComponent, parser: FlagSet['parser']): number {
  if (component === 'docker-daemon') return parser === 'mflag' ? 125 : 1;
  return 2;
}

describe.each(all)('$component $release', ({ component, release }) => {
  const set = setOf(component, release);
  const code = usageCode(component, set.parser);
  const unknown = (name: string): string =>
    ({ pflag: `unknown flag: --${name}`, mflag: `not defined: --${name}`, goflag: `not defined: -${name}` })[
      set.parser
    ];

  it('refuses --no-such-flag as the real program does', () => {
    isRefused(parseCommandLine(component, release, ['--no-such-flag']), code, unknown('no-such-flag'));
    isRefused(parseCommandLine(component, release, ['--no-such-flag=1']), code, unknown('no-such-flag'));
  });

  it('refuses every flag that only other releases have', () => {
    const others = catalogFile(component).flags.flatMap((row) => row.names.filter((name) => name.length > 1));
    for (const name of new Set(others)) {
      if (set.find(name)) continue;
      // Go and docker answer to this one even where it is no flag of theirs.
      if (name === 'help') continue;
      isRefused(parseCommandLine(component, release, typed(name, 'true')), code, unknown(name));
    }
  });

  it('takes every flag of its own with a valid value, and reads it back', () => {
    for (const flag of set.all) {
      const value = validValue(flag);
      if (value === undefined) {
        expect(flag.type).toBe('DeprecatedFlag');
        continue;
      }
      const parsed = parseCommandLine(component, release, typed(flag.name, value));
      if ((flag.name === 'version' || flag.name === 'help') && 'refusal' in parsed) {
        expect(parsed.exitCode).toBe(0);
        continue;
      }
      if ('refusal' in parsed) throw new Error(`--${flag.name}=${value}: ${parsed.refusal}`);
      expect(parsed.flags.given(flag.name)).toBe(true);
      expect(parsed.flags.text(flag.name)).toBe(value);
      const warned = parsed.warnings.some((line) => /deprecated|no longer supported/.test(line));
      if (set.parser !== 'goflag') expect(warned, flag.name).toBe(flag.deprecated);
    }
  });

  it('refuses every flag of its own with a value that it cannot take', () => {
    let seen = 0;
    for (const flag of set.all) {
      const value = invalidValue(flag);
      if (value === undefined) continue;
      seen++;
      const parsed = parseCommandLine(component, release, typed(flag.name, value));
      if (!('refusal' in parsed)) throw new Error(`--${flag.name}=${value} was taken`);
      expect(parsed.exitCode, flag.name).toBeGreaterThan(0);
      // logrus' own words, which do not name the flag.
      expect(parsed.refusal).toContain(flag.name === 'log-level' ? 'unable to parse logging level: ' : flag.name);
    }
    expect(seen).toBeGreaterThan(2);
  });

  it('wants a value where the flag needs one', () => {
    const flag = set.all.find((one) => one.bareMeans === undefined && one.name.length > 1);
    isRefused(parseCommandLine(component, release, [`--${flag?.name}`]), code, /flag needs an argument: -/);
  });
});

describe('the ways of the parsers', () => {
  const read = (component: CatalogComponent, release: string, ...argv: string[]) => {
    const parsed = parseCommandLine(component, release, argv);
    if ('refusal' in parsed) throw new Error(parsed.refusal);
    return parsed;
  };

  it('pflag: underscores, flags after words, bare booleans, --, and no long flag behind one dash', () => {
    const parsed = read(
      'kubelet',
      '1.3.3',
      '--api_servers',
      'http://a:1',
      'word',
      '--allow-privileged',
      '-v',
      '4',
      '--',
      '--x',
    );
    expect(parsed.flags.text('api-servers')).toBe('http://a:1');
    expect(parsed.flags.on('allow-privileged')).toBe(true);
    expect(parsed.flags.number('v')).toBe(4);
    expect(parsed.words).toEqual(['word', '--x']);
    isRefused(
      parseCommandLine('kubelet', '1.3.3', ['-api-servers=x']),
      2,
      "unknown shorthand flag: 'a' in -api-servers",
    );
  });

  it('pflag prints its complaint first, then the usage', () => {
    isRefused(parseCommandLine('kube-proxy', '1.3.3', ['--x']), 2, /^unknown flag: --x\nUsage of kube-proxy:\n/);
    isRefused(parseCommandLine('kube-proxy', '1.3.3', ['--help']), 2, /^Usage of kube-proxy:\n/);
  });

  it('pflag names a deprecated flag and takes it', () => {
    const { warnings, flags } = read('kube-apiserver', '1.3.3', '--address=0.0.0.0');
    expect(warnings).toEqual(['Flag --address has been deprecated, see --insecure-bind-address instead\n']);
    expect(flags.text('address')).toBe('0.0.0.0');
  });

  it('Go flag: one dash or two, and the first word ends the flags', () => {
    const parsed = read('flanneld', '0.5.5', '-v', '16', '--iface=eth0', 'word', '-listen=x');
    expect(parsed.flags.number('v')).toBe(16);
    expect(parsed.flags.text('iface')).toBe('eth0');
    expect(parsed.words).toEqual(['word', '-listen=x']);
    isRefused(parseCommandLine('flanneld', '0.5.5', ['-etcd_endpoints=x']), 2, 'not defined: -etcd_endpoints');
    isRefused(parseCommandLine('etcd', '2.3.7', ['word']), 1, "'word' is not a valid flag. See 'etcd --help'.");
  });

  it('mflag: long flags want two dashes, short ones may share one', () => {
    const { flags } = read(
      'docker-daemon',
      '1.11.2',
      '-H',
      'unix:///a',
      '-H',
      'tcp://1.2.3.4:1',
      '-Dp',
      '/p',
      "--mtu='1450'",
    );
    expect(flags.list('host')).toEqual(['unix:///a', 'tcp://1.2.3.4:1']);
    expect(flags.on('debug')).toBe(true);
    expect(flags.text('pidfile')).toBe('/p');
    expect(flags.number('mtu')).toBe(1450);
    isRefused(
      parseCommandLine('docker-daemon', '1.11.2', ['-mtu=1450']),
      125,
      "flag provided but not defined: -mtu\nSee 'docker daemon --help'.",
    );
  });

  it.each([
    // What dockerd 20.10.24 itself said, word for word.
    [['--no-such-flag'], 'unknown flag: --no-such-flag'],
    [['--mtu=abc'], 'invalid argument "abc" for "--mtu" flag: strconv.ParseInt: parsing "abc": invalid syntax'],
    [['--mtu'], 'flag needs an argument: --mtu'],
    [['-mtu=3'], "unknown shorthand flag: 'm' in -mtu=3"],
    [['--ip=abc'], 'invalid argument "abc" for "--ip" flag: abc is not an ip address'],
    [
      ['--debug=maybe'],
      'invalid argument "maybe" for "-D, --debug" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [['--label', 'foo'], 'invalid argument "foo" for "--label" flag: bad attribute format: foo'],
    [['--default-ulimit', 'foo'], 'invalid argument "foo" for "--default-ulimit" flag: invalid ulimit argument: foo'],
    [['---x'], 'bad flag syntax: ---x'],
    [['--host', 'foo://x'], 'invalid argument "foo://x" for "-H, --host" flag: Invalid bind address format: foo://x'],
  ])('dockerd 20.10 %j', (argv, message) => {
    const refusal = `Status: ${message}\nSee 'dockerd --help'., Code: 125\n`;
    expect(parseCommandLine('docker-daemon', '20.10.24', argv)).toEqual({ refusal, exitCode: 1 });
  });

  it('reads defaults, lists and durations', () => {
    const { flags } = read('kube-controller-manager', '1.3.3', '--pod-eviction-timeout=1m30s');
    expect(flags.milliseconds('pod-eviction-timeout')).toBe(90_000);
    expect(flags.milliseconds('node-monitor-grace-period')).toBe(40_000);
    expect(flags.given('node-monitor-grace-period')).toBe(false);
    expect(flags.list('master')).toEqual([]);
    expect(flags.text('no-such-flag')).toBe('');
    expect(read('kubelet', '1.3.3').flags.text('api-servers')).toBe('');
  });
});

describe('started as programs', () => {
  const run = async (...words: string[]) => {
    const done = spawnSync(process.execPath, [await standIn(), ...words], {
      encoding: 'utf8',
      env: {},
      timeout: 60_000,
    });
    return { code: done.status, out: done.stdout, err: done.stderr };
  };

  it.each([
    ['kubelet', '1.3.3', 2, /^unknown flag: --no-such-flag\n/],
    ['kube-apiserver', '1.5.3', 2, /^unknown flag: --no-such-flag\n/],
    ['etcd', '2.3.7', 2, /flag provided but not defined: -no-such-flag/],
    ['flanneld', '0.5.5', 2, /flag provided but not defined: -no-such-flag/],
    ['dockerd', '20.10.24', 1, /^Status: unknown flag: --no-such-flag\n/],
  ])('%s %s --no-such-flag', async (program, release, code, text) => {
    const done = await run(program, release, '--no-such-flag');
    expect(done.err).toMatch(text);
    expect(done.code).toBe(code);
  });

  it('docker 1.11 daemon --no-such-flag', async () => {
    const done = await run('docker', '1.11.2', 'daemon', '--no-such-flag');
    expect(done.err).toMatch(/^flag provided but not defined: --no-such-flag\nSee 'docker daemon --help'\.\n/);
    expect(done.code).toBe(125);
  });

  it('says its release, on the standard output', async () => {
    expect(await run('kube-scheduler', '1.3.3', '--version')).toMatchObject({ code: 0, out: 'Kubernetes v1.3.3\n' });
  });

  it('says what it is for to a program that is not there', async () => {
    const done = await run('kube-dns', '1.3.3');
    expect(done.code).toBe(2);
    expect(done.err).toContain('PROGRAM is one of etcd, ');
  });
});
