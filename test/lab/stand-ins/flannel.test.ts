import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  Bench,
  freePorts,
  isHealthy,
  planMembers,
  type Running,
  type TestMember,
  until,
} from './etcd-programs.ts';

/** What the guide's own key holds, with the backend that needs no device. */
const config = { Network: '10.1.0.0/16', Backend: { Type: 'vxlan' } };

const hasEtcd = spawnSync('etcd', ['--version']).status === 0;
const kinds = [...(hasEtcd ? ['the real etcd'] : []), 'the stand-in'];

describe.each(kinds)('flanneld on %s', (kind) => {
  const bench = new Bench();
  let member: TestMember;
  let etcd: Running;
  let server = '';
  let serverRun: Running;
  let clients = 0;

  const startEtcd = async (): Promise<void> => {
    const words = ['--enable-v2', ...member.flags()];
    etcd = kind === 'the stand-in' ? await bench.standIn('etcd', '3.4.23', words) : bench.start(['etcd', ...words]);
    await until('etcd is healthy', () => isHealthy(member));
  };
  const startServer = async (): Promise<void> => {
    const words = ['-v', '16', `-listen=${server}`, `-etcd-endpoints=http://127.0.0.1:9,${member.client}`, '-iface=lo'];
    serverRun = await bench.standIn('flanneld', '0.5.5', words);
  };
  const startClient = async (
    publicIp: string,
    more: readonly string[] = [`-remote=${server}`],
  ): Promise<{ run: Running; file: string }> => {
    clients += 1;
    const file = join(bench.folder, `run-${clients}`, 'subnet.env');
    // No test may set routes on the machine: without the program ip it cannot.
    const words = ['-iface=127.0.0.1', `-public-ip=${publicIp}`, `-subnet-file=${file}`, ...more];
    const run = await bench.standIn('flanneld', '0.5.5', words, withoutIp);
    return { run, file };
  };
  const subnetIn = (file: string): Promise<string> =>
    until('subnet.env', async () =>
      existsSync(file) ? /SUBNET=(\S+)/.exec(readFileSync(file, 'utf8'))?.[1] : undefined,
    );
  const readConfig = (): ReturnType<typeof ask> => ask('GET', `http://${server}/v1/_/config`);

  beforeAll(async () => {
    const [first] = await planMembers(bench, 1, 'flannel');
    const [port] = await freePorts(1);
    if (!first) throw new Error('no member');
    member = first;
    server = `127.0.0.1:${port}`;
    await startEtcd();
    await startServer();
    await until('the server listens', async () => (await readConfig()).status !== 0);
  });
  afterAll(() => bench.clean());

  it('answers 500 until the key is there; a client waits for it', async () => {
    const missing = await readConfig();
    expect([missing.status, missing.text]).toEqual([
      500,
      expect.stringMatching(/^100: Key not found \(\/coreos\.com\) \[\d+\]$/),
    ]);
    const { run, file } = await startClient('10.0.0.1');
    await until('the client says why', async () =>
      run.text().includes('Failed to retrieve network config: 500 Internal Server Error: 100: Key not found'),
    );
    expect(existsSync(file)).toBe(false);
    await ask('PUT', `${member.client}/v2/keys/coreos.com/network/config`, { form: { value: JSON.stringify(config) } });
    const there = await readConfig();
    expect(there.status).toBe(200);
    expect(there.json).toEqual({ ...config, SubnetMin: '10.1.1.0', SubnetMax: '10.1.255.0', SubnetLen: 24 });
    const subnet = await subnetIn(file);
    await until('it says that it sets no routes', async () => run.text().includes('no routes are set'));
    expect(readFileSync(file, 'utf8')).toBe(
      `FLANNEL_NETWORK=10.1.0.0/16\nFLANNEL_SUBNET=${subnet}\nFLANNEL_MTU=${65_536 - 50}\nFLANNEL_IPMASQ=false\n`,
    );
    const key = `${member.client}/v2/keys/coreos.com/network/subnets/${subnet.replace('.1/', '.0-')}`;
    const { node } = (await ask('GET', key)).json;
    const value: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'value') : '';
    expect(JSON.parse(String(value))).toMatchObject({ PublicIP: '10.0.0.1', BackendType: 'vxlan' });
    expect(node).toMatchObject({ ttl: expect.closeTo(24 * 3600, -2) });
    expect(await run.kill('SIGTERM')).toBe(0);
  });

  it('keeps a lease over restarts, and gives two clients two subnets', async () => {
    const first = await startClient('10.0.0.1');
    const second = await startClient('10.0.0.2');
    const subnets = await Promise.all([subnetIn(first.file), subnetIn(second.file)]);
    expect(new Set(subnets).size).toBe(2);
    await Promise.all([first.run.kill(), second.run.kill()]);
    const again = await startClient('10.0.0.2');
    expect(await subnetIn(again.file)).toBe(subnets[1]);
    // Without a server it is the same.
    await again.run.kill();
    const direct = await startClient('10.0.0.2', [`-etcd-endpoints=${member.client}`]);
    expect(await subnetIn(direct.file)).toBe(subnets[1]);
    await direct.run.kill();
    const listed = await ask('GET', `http://${server}/v1/_/leases`);
    expect(listed.json).toMatchObject({
      snapshot: expect.arrayContaining([expect.objectContaining({ Subnet: subnets[1]?.replace('.1/', '.0/') })]),
    });
  });

  it('tells of changes, renews, and refuses what is no lease', async () => {
    const { json } = await ask('GET', `http://${server}/v1/_/leases`);
    const next = ask('GET', `http://${server}/v1/_/leases?next=${json.cursor}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const acquired = await ask('POST', `http://${server}/v1/_/leases`, { json: { PublicIP: '10.0.0.7' } });
    expect(acquired.json).toMatchObject({ Attrs: { PublicIP: '10.0.0.7' } });
    expect((await next).json).toMatchObject({ events: [{ type: 'added', lease: { Subnet: acquired.json.Subnet } }] });
    const subnet = String(acquired.json.Subnet).replace('/', '-');
    const renewed = await ask('PUT', `http://${server}/v1/_/leases/${subnet}`, { json: acquired.json });
    expect(renewed.status).toBe(200);
    expect(Date.parse(String(renewed.json.Expiration))).toBeGreaterThanOrEqual(
      Date.parse(String(acquired.json.Expiration)),
    );
    expect((await ask('POST', `http://${server}/v1/_/leases`, { json: 'x' })).status).toBe(400);
    expect((await ask('GET', `http://${server}/v1/_/else`)).status).toBe(404);
  });

  it('goes on when the server and etcd were away', async () => {
    await etcd.kill();
    const answer = await readConfig();
    expect([answer.status, answer.text]).toEqual([500, 'client: etcd cluster is unavailable or misconfigured']);
    await serverRun.kill();
    const { run, file } = await startClient('10.0.0.9');
    await until('the client says why', async () =>
      run.text().includes(`/v1/_/config: dial tcp ${server}: connection refused`),
    );
    expect(run.process.exitCode).toBeNull();
    await startServer();
    await startEtcd();
    expect(await subnetIn(file)).toMatch(/^10\.1\.\d+\.1\/24$/);
  });
});

const withoutIp = ['env', 'PATH=/nonexistent'];

describe('flanneld without what it needs', () => {
  const bench = new Bench();
  afterAll(() => bench.clean());

  it.each([
    ['-iface=10.255.255.1', 'Error looking up interface 10.255.255.1: No interface with given IP found'],
    ['-iface=no-such', 'Error looking up interface no-such: no such network interface'],
  ])('%s: 0.5.5 says so and stays alive, 0.7.1 ends', async (flag, text) => {
    const old = await bench.standIn('flanneld', '0.5.5', [flag]);
    await until('it says so', async () => old.text().includes(text));
    expect(old.process.exitCode).toBeNull();
    expect(await old.kill('SIGTERM')).toBe(0);
    const newer = await bench.standIn('flanneld', '0.7.1', [flag]);
    expect(await newer.ended).toBe(1);
    expect(newer.text()).toContain(`Failed to create NetworkManager: e${text.slice(1)}`);
  });

  it('server and client at once, and a port in use', async () => {
    const both = await bench.standIn('flanneld', '0.5.5', ['-listen=127.0.0.1:1', '-remote=127.0.0.1:1']);
    expect(await both.ended).toBe(1);
    expect(both.text()).toContain('--listen and --remote are mutually exclusive');
    const [port] = await freePorts(1);
    const first = await bench.standIn('flanneld', '0.5.5', [`-listen=127.0.0.1:${port}`]);
    await until('the first listens', async () => (await ask('GET', `http://127.0.0.1:${port}/`)).status === 404);
    const second = await bench.standIn('flanneld', '0.5.5', [`-listen=127.0.0.1:${port}`]);
    await until('it says so', async () =>
      second
        .text()
        .includes(`Error listening on 127.0.0.1:${port}: listen tcp 127.0.0.1:${port}: bind: address already in use`),
    );
    expect(second.process.exitCode).toBeNull();
    await first.kill();
  });
});
