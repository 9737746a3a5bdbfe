import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, type Running, until } from './etcd-programs.ts';

/** Names that no other run has. */
const tag = randomBytes(3).toString('hex');
const hosts = [1, 2].map((number) => ({ number, name: `kb-fl-${tag}-${number}`, address: `10.77.0.${number}` }));

const ip = (...words: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync('ip', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr}`);
  return stdout;
};

// Namespaces need root and a kernel that gives them.
const may = process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'true']).status === 0;

describe.runIf(may)('flanneld on two hosts', () => {
  const bench = new Bench();
  const runs: Running[] = [];
  const [one, two] = hosts;

  beforeAll(async () => {
    for (const host of hosts) ip('netns', 'add', host.name);
    ip(
      'link',
      'add',
      'eth0',
      'netns',
      one?.name ?? '',
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      two?.name ?? '',
    );
    for (const { name, address } of hosts) {
      ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
      ip('-n', name, 'link', 'set', 'eth0', 'up');
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    const etcd = [
      ...['--name', 'e', '--data-dir', join(bench.folder, 'data'), '--initial-cluster', 'e=http://10.77.0.1:2380'],
      ...['--listen-peer-urls', 'http://10.77.0.1:2380', '--initial-advertise-peer-urls', 'http://10.77.0.1:2380'],
      ...['--listen-client-urls', 'http://10.77.0.1:2379', '--advertise-client-urls', 'http://10.77.0.1:2379'],
    ];
    await bench.standIn('etcd', '2.3.7', etcd, inside(1));
    await until(
      'the key',
      async () =>
        (await etcdctl('set', '/coreos.com/network/config', '{"Network":"10.1.0.0/16","Backend":{"Type":"udp"}}')) ===
        0,
    );
    await bench.standIn(
      'flanneld',
      '0.5.5',
      ['-listen=10.77.0.1:8888', '-etcd-endpoints=http://10.77.0.1:2379', '-iface=10.77.0.1'],
      inside(1),
    );
  });
  afterAll(async () => {
    await bench.clean();
    for (const host of hosts) spawnSync('ip', ['netns', 'del', host.name]);
  });

  const inside = (number: number): string[] => ['ip', 'netns', 'exec', hosts[number - 1]?.name ?? ''];
  const etcdctl = async (...words: readonly string[]): Promise<number | null> =>
    await (await bench.standIn('etcdctl', '2.3.7', ['--endpoints', 'http://10.77.0.1:2379', ...words], inside(1)))
      .ended;
  const fileOf = (number: number): string => join(bench.folder, `subnet-${number}.env`);
  const subnetOf = (number: number): Promise<string> =>
    until('subnet.env', async () => {
      const text = existsSync(fileOf(number)) ? readFileSync(fileOf(number), 'utf8') : '';
      return /SUBNET=(\S+)/.exec(text)?.[1]?.replace('.1/', '.0/');
    }).catch((error: unknown) => {
      throw new Error(`${error}\n${runs.map((run) => run.text()).join('\n')}`);
    });
  const routes = (number: number): string => ip('-n', hosts[number - 1]?.name ?? '', 'route', 'show');

  it('sets a route to the subnet of the other, and pods reach each other', async () => {
    for (const { number, address } of hosts) {
      const words = ['-remote=10.77.0.1:8888', `-iface=${address}`, `-subnet-file=${fileOf(number)}`];
      runs.push(await bench.standIn('flanneld', '0.5.5', words, inside(number)));
    }
    const [first, second] = [await subnetOf(1), await subnetOf(2)];
    expect(readFileSync(fileOf(1), 'utf8')).toContain('FLANNEL_MTU=1472');
    await until(
      'both have a route',
      async () => routes(1).includes(`${second} via 10.77.0.2`) && routes(2).includes(`${first} via 10.77.0.1`),
    );
    expect(routes(1)).not.toContain(first);
    for (const [number, subnet] of [
      [1, first],
      [2, second],
    ] as const) {
      const name = hosts[number - 1]?.name ?? '';
      ip('-n', name, 'link', 'add', 'docker0', 'type', 'bridge');
      ip('-n', name, 'addr', 'add', subnet.replace('.0/', '.1/'), 'dev', 'docker0');
      ip('-n', name, 'link', 'set', 'docker0', 'up');
    }
    const [target, source] = [second, first].map((subnet) => subnet.replace(/\.0\/.*/, '.1'));
    const listen = `require('net').createServer((s) => s.end(s.remoteAddress)).listen(7000, '${target}')`;
    bench.start([process.execPath, '-e', listen], inside(2));
    const call = `require('net').connect({ host: '${target}', port: 7000, localAddress: '${source}' }).pipe(process.stdout)`;
    const heard = await until('a pod of the other host answers', async () => {
      const caller = bench.start([process.execPath, '-e', call], inside(1));
      return (await caller.ended) === 0 && caller.text();
    });
    expect(heard).toBe(source);
    expect(ip('-n', one?.name ?? '', 'route', 'get', target ?? '')).toContain('via 10.77.0.2');
  });

  it('brings a route back that somebody took away, and removes that of a lease that is gone', async () => {
    const second = await subnetOf(2);
    ip('-n', one?.name ?? '', 'route', 'del', second);
    await until('it is back', async () => routes(1).includes(`${second} via 10.77.0.2`));
    await runs[1]?.kill();
    expect(await etcdctl('rm', `/coreos.com/network/subnets/${second.replace('/', '-')}`)).toBe(0);
    await until('the route is gone', async () => !routes(1).includes(second));
  });

  it('0.5.5 without a default route and without -iface says so and stays', async () => {
    const run = await bench.standIn('flanneld', '0.5.5', ['-remote=10.77.0.1:8888'], inside(2));
    await until('it says so', async () =>
      run.text().includes('Failed to get default interface: Unable to find default route'),
    );
    expect(run.process.exitCode).toBeNull();
  });

  it('the udp backend needs its port', async () => {
    const again = await bench.standIn(
      'flanneld',
      '0.5.5',
      ['-remote=10.77.0.1:8888', '-iface=10.77.0.1', `-subnet-file=${fileOf(3)}`],
      inside(1),
    );
    await until('it says so', async () =>
      again.text().includes('failed to start listening on UDP socket: listen udp4 :8285: bind: address already in use'),
    );
    expect(existsSync(fileOf(3))).toBe(false);
  });
});
