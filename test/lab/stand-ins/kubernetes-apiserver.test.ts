import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interfaceOf } from '../../../src/lab/stand-ins/kubernetes/host-address.ts';
import { objects, text } from '../../../src/lab/stand-ins/kubernetes/json.ts';
import { withOwn } from '../../../src/lab/stand-ins/kubernetes/master-endpoints.ts';
import { standIn } from './build.ts';
import {
  type ApiServer,
  cleanUp,
  freePorts,
  http,
  isHealthy,
  kubectl,
  run,
  runStandIn,
  startApiServer,
  startEtcd,
  until,
} from './kubernetes-processes.ts';

afterAll(cleanUp);

const addressesIn = async (api: ApiServer): Promise<readonly string[]> => {
  const { json } = await http(`${api.url}/api/v1/namespaces/default/endpoints/kubernetes`);
  return objects(objects(json, 'subsets')[0], 'addresses').map((address) => text(address, 'ip'));
};

describe('one etcd member', () => {
  let etcd: Awaited<ReturnType<typeof startEtcd>>;
  let api: ApiServer;

  beforeAll(async () => {
    etcd = await startEtcd(1);
    api = await startApiServer(etcd.urls);
  });

  it('answers as a 1.3.3', async () => {
    expect((await http(`${api.url}/version`)).json).toMatchObject({ major: '1', minor: '3', gitVersion: 'v1.3.3' });
    expect((await http(`${api.url}/api`)).json).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    expect((await http(`${api.url}/no/such`)).status).toBe(404);
  });

  it('keeps nodes, refuses a second one of a name, and a change of an old version', async () => {
    const nodes = `${api.url}/api/v1/nodes`;
    const made = await http(nodes, 'POST', { metadata: { name: 'n1' }, spec: {} });
    expect(made.status).toBe(201);
    expect(await http(nodes, 'POST', { metadata: { name: 'n1' } })).toMatchObject({
      status: 409,
      json: { kind: 'Status', reason: 'AlreadyExists', message: 'nodes "n1" already exists' },
    });
    const status = { conditions: [{ type: 'Ready', status: 'True' }] };
    expect((await http(`${nodes}/n1/status`, 'PUT', { metadata: { name: 'n1' }, status })).status).toBe(200);
    expect((await http(`${nodes}/n1`, 'PUT', made.json)).json).toMatchObject({ reason: 'Conflict', code: 409 });
    expect((await http(`${nodes}/n1`)).json).toMatchObject({ kind: 'Node', status });
    expect((await http(`${nodes}/n2`)).json).toMatchObject({ code: 404, message: 'nodes "n2" not found' });
  });

  it('keeps them in etcd, so that another master sees the same', async () => {
    await http(`${api.url}/api/v1/namespaces/default/pods`, 'POST', { metadata: { generateName: 'p-' }, spec: {} });
    const other = await startApiServer(etcd.urls);
    const pods = objects((await http(`${other.url}/api/v1/pods`)).json, 'items');
    expect(pods.map((pod) => text(pod, 'metadata', 'name'))).toEqual([expect.stringMatching(/^p-[a-z0-9]{5}$/)]);
    expect(text(pods[0], 'status', 'phase')).toBe('Pending');
    other.kill();
    expect(await other.ended).toBe(143);
  });

  it('binds a pod to one node only', async () => {
    const pods = `${api.url}/api/v1/namespaces/default/pods`;
    await http(pods, 'POST', { metadata: { name: 'bound' }, spec: {} });
    const binding = (node: string) => ({ metadata: { name: 'bound' }, target: { name: node } });
    const bindings = `${api.url}/api/v1/namespaces/default/bindings`;
    expect((await http(bindings, 'POST', binding('n1'))).status).toBe(201);
    expect((await http(bindings, 'POST', binding('n2'))).status).toBe(409);
    const mine = await http(`${api.url}/api/v1/pods?fieldSelector=spec.nodeName%3Dn1`);
    expect(objects(mine.json, 'items')).toHaveLength(1);
    expect(objects((await http(`${api.url}/api/v1/pods?fieldSelector=spec.nodeName%3Dn2`)).json, 'items')).toEqual([]);
  });

  it('is shown by kubectl', async () => {
    expect((await kubectl(api.url, 'get', 'nodes')).text).toMatch(/^NAME {6,}STATUS {4,}AGE\nn1 +Ready +[0-9]+s\n$/);
    const statuses = (await kubectl(api.url, 'get', 'cs')).text;
    expect(statuses).toMatch(/^etcd-0 +Healthy +\{"health": ?"true"\}/m);
    expect(statuses).toMatch(/^NAME +STATUS +MESSAGE +ERROR\n/);
    expect(await kubectl(api.url, 'get', 'node', 'n9')).toEqual({
      code: 1,
      text: 'Error from server: nodes "n9" not found\n',
    });
    expect(await kubectl(api.url, 'get', 'pods', '-n', 'x')).toMatchObject({
      code: 1,
      text: expect.stringContaining("unknown shorthand flag: 'n' in -n"),
    });
    expect((await kubectl(api.url, 'version')).text).toMatch(
      /Client Version: .*v1\.3\.3.*\nServer Version: .*v1\.3\.3/,
    );
    const [port] = await freePorts(1);
    expect(await kubectl(`http://127.0.0.1:${port}`, 'get', 'nodes')).toEqual({
      code: 1,
      text: `The connection to the server 127.0.0.1:${port} was refused - did you specify the right host or port?\n`,
    });
  });

  it('says that its port is taken as Go does', async () => {
    const port = new URL(api.url).port;
    const second = await startApiServer(etcd.urls, [`--insecure-port=${port}`], false);
    expect(await second.ended).toBe(255);
    expect(second.log()).toMatch(/^F[0-9]{4} .*\] listen tcp 127\.0\.0\.1:[0-9]+: bind: address already in use$/m);
  });

  it('says ok while etcd does not answer, as 1.3 does, and can do nothing; it goes on when etcd does', async () => {
    etcd.processes[0]?.kill('SIGSTOP');
    try {
      expect(await isHealthy(api.url)).toBe(true);
      const { status, text: body } = await http(`${api.url}/api/v1/nodes`);
      expect(status).toBe(500);
      expect(body).toContain('client: etcd cluster is unavailable or misconfigured');
    } finally {
      etcd.processes[0]?.kill('SIGCONT');
    }
    await until('nodes again', async () => (await http(`${api.url}/api/v1/nodes`)).status === 200);
  });
});

describe('several masters', () => {
  it('stand in the endpoints together, or evict each other when --apiserver-count is too small', async () => {
    const etcd = await startEtcd(1);
    const [secure] = await freePorts(1);
    // One secure port on three addresses, as on three hosts.
    const master = (number: number, count: number): readonly string[] => [
      ...[`--advertise-address=10.0.0.${number}`, `--apiserver-count=${count}`],
      ...[`--bind-address=127.0.0.${number}`, `--secure-port=${secure}`],
    ];
    const first = await startApiServer(etcd.urls, master(1, 2));
    const second = await startApiServer(etcd.urls, master(2, 2));
    await until('both addresses', async () => (await addressesIn(first)).join() === '10.0.0.1,10.0.0.2');
    expect((await kubectl(second.url, 'get', 'ep')).text).toMatch(/^kubernetes +10\.0\.0\.1:[0-9]+,10\.0\.0\.2:/m);
    await startApiServer(etcd.urls, master(3, 1));
    await until('the third alone', async () => (await addressesIn(first)).join() === '10.0.0.3');
  });

  it.each([
    [['10.0.0.1', '10.0.0.2'], '10.0.0.3', 3, ['10.0.0.1', '10.0.0.2', '10.0.0.3']],
    [['10.0.0.1', '10.0.0.3'], '10.0.0.2', 2, ['10.0.0.1', '10.0.0.2']],
    [['10.0.0.1', '10.0.0.2'], '10.0.0.3', 2, ['10.0.0.2', '10.0.0.3']],
    [['10.0.0.1', '10.0.0.2'], '10.0.0.2', 1, ['10.0.0.2']],
  ])('%j with %s, at most %i', (before, own, most, after) => {
    expect(withOwn(before, own, most)).toEqual(after);
  });
});

describe('what it does not start without', () => {
  it('ends with a fatal line when no etcd answers', async () => {
    const [port] = await freePorts(1);
    const api = await startApiServer([`http://127.0.0.1:${port}`], [], false);
    expect(await api.ended).toBe(255);
    expect(api.log()).toMatch(
      /^F[0-9]{4} .*\] Unable to perform initial IP allocation check: .*client: etcd cluster is unavailable or misconfigured; error #0: dial tcp 127\.0\.0\.1:[0-9]+: connection refused$/m,
    );
  });

  it('writes nothing without a majority of etcd, and one that starts then ends', async () => {
    const etcd = await startEtcd(2);
    const api = await startApiServer(etcd.urls);
    etcd.processes[1]?.kill('SIGKILL');
    const node = { kind: 'Node', apiVersion: 'v1', metadata: { name: 'late' } };
    await until('no writes', async () => (await http(`${api.url}/api/v1/nodes`, 'POST', node)).status === 500);
    const late = await startApiServer(etcd.urls, [], false);
    expect(await late.ended).toBe(255);
    expect(late.log()).toContain('client: etcd cluster is unavailable or misconfigured');
  });

  it('ends without a default route and --advertise-address', async () => {
    const words = [
      'kube-apiserver',
      '1.3.3',
      '--etcd-servers=http://127.0.0.1:1',
      '--service-cluster-ip-range=10.254.0.0/16',
    ];
    const api = run('unshare', ['--net', process.execPath, await standIn(), ...words]);
    expect(await api.ended).toBe(255);
    expect(api.log()).toMatch(
      /^F[0-9]{4} [0-9:.]+ +[0-9]+ genericapiserver\.go:601\] Unable to find suitable network address\.error='Unable to select an IP\.'/m,
    );
  });

  it('wants to know the addresses of services, and etcd', async () => {
    const bare = await runStandIn('kube-apiserver', []);
    expect(await bare.ended).toBe(255);
    expect(bare.log()).toContain('] No --service-cluster-ip-range specified');
    const half = await runStandIn('kube-apiserver', ['--service-cluster-ip-range=10.254.0.0/16']);
    expect(await half.ended).toBe(255);
    expect(half.log()).toContain('] --etcd-servers must be specified');
  });

  it('finds the default route where Linux lists it', () => {
    const head = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n';
    const near = 'eth1\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n';
    expect(interfaceOf(`${head}${near}eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n`)).toBe('eth0');
    expect(interfaceOf(`${head}${near}eth0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\n`)).toBe('eth0');
    expect(interfaceOf(`${head}${near}`)).toBeUndefined();
  });
});
