import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objects, parseJson, text } from '../../../src/lab/stand-ins/kubernetes/json.ts';
import {
  type ApiServer,
  cleanUp,
  freePorts,
  http,
  isHealthy,
  kubectl,
  type Running,
  runStandIn,
  scratchFolder,
  startApiServer,
  startEtcd,
  until,
} from './kubernetes-processes.ts';

afterAll(cleanUp);

// The real times, 15, 10 and 2 seconds, made short.
const times = [
  '--leader-elect-lease-duration=4s',
  '--leader-elect-renew-deadline=3s',
  '--leader-elect-retry-period=500ms',
];

let api: ApiServer;

beforeAll(async () => {
  api = await startApiServer((await startEtcd(1)).urls);
});

const leaderOf = async (name: string): Promise<string> => {
  const { json } = await http(`${api.url}/api/v1/namespaces/kube-system/endpoints/${name}`);
  const record = text(json, 'metadata', 'annotations', 'control-plane.alpha.kubernetes.io/leader');
  return text(parseJson(record), 'holderIdentity');
};

async function startElected(
  program: string,
  host: string,
  more: readonly string[] = [],
): Promise<Running & { readonly port: number }> {
  const [port = 0] = await freePorts(1);
  const words = [
    `--master=${api.url}`,
    '--leader-elect=true',
    ...times,
    '--address=127.0.0.1',
    `--port=${port}`,
    ...more,
  ];
  const running = await runStandIn(program, words, host);
  await until(`${program} on ${host} up`, () => isHealthy(`http://127.0.0.1:${port}`), 20, running);
  return { ...running, port };
}

/** A node as a kubelet posts it. */
async function postNode(name: string, ready = 'True'): Promise<void> {
  const object = { metadata: { name }, spec: {} };
  await http(`${api.url}/api/v1/nodes`, 'POST', object);
  const conditions = [{ type: 'Ready', status: ready, lastHeartbeatTime: new Date().toISOString() }];
  await http(`${api.url}/api/v1/nodes/${name}/status`, 'PUT', { ...object, status: { conditions } });
}

const nodeNames = async (): Promise<readonly string[]> => {
  const pods = objects((await http(`${api.url}/api/v1/pods`)).json, 'items');
  return pods.map((pod) => text(pod, 'spec', 'nodeName')).toSorted();
};

describe('leaders', () => {
  it('one scheduler leads and binds pods to ready nodes; when it is killed the other takes over', async () => {
    await postNode('n1');
    await postNode('n2');
    await postNode('n3', 'Unknown');
    const schedulers = { a: await startElected('kube-scheduler', 'a'), b: await startElected('kube-scheduler', 'b') };
    const first = await until('a leader', async () => leaderOf('kube-scheduler'));
    expect(['a', 'b']).toContain(first);
    const [leader, other, second] =
      first === 'a' ? [schedulers.a, schedulers.b, 'b'] : [schedulers.b, schedulers.a, 'a'];
    expect(leader.log()).toContain('sucessfully acquired lease kube-system/kube-scheduler');
    await until('the other waits', () => other.log().includes(`lock is held by ${first} and has not yet expired`));

    const pod = (name: string) => ({ metadata: { name }, spec: { containers: [] } });
    const pods = `${api.url}/api/v1/namespaces/default/pods`;
    for (const name of ['one', 'two', 'three']) await http(pods, 'POST', pod(name));
    await until(
      'bound pods',
      async () => (await nodeNames()).join() === 'n1,n1,n2' || (await nodeNames()).join() === 'n1,n2,n2',
    );

    leader.kill('SIGKILL');
    const killed = Date.now();
    await until('the other leads', async () => (await leaderOf('kube-scheduler')) === second, 20, other);
    expect(Date.now() - killed).toBeGreaterThan(2000);
    await http(pods, 'POST', pod('four'));
    await until('all bound', async () => !(await nodeNames()).includes(''), 20, other);
    for (const name of ['one', 'two', 'three', 'four']) await http(`${pods}/${name}`, 'DELETE');
    other.kill();
    await other.ended;
  });

  it('controller-manager makes the pods of a ReplicationController, and takes them from a node that is silent', async () => {
    const [grace, eviction] = ['--node-monitor-grace-period=2s', '--pod-eviction-timeout=3s'];
    const manager = await startElected('kube-controller-manager', 'c', [grace, eviction]);
    const scheduler = await startElected('kube-scheduler', 'c');
    const file = join(scratchFolder(), 'rc.json');
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web' }] } };
    writeFileSync(
      file,
      JSON.stringify({
        kind: 'ReplicationController',
        metadata: { name: 'web' },
        spec: { replicas: 4, selector: labels, template },
      }),
    );
    let silent = false;
    const heartbeats = setInterval(() => {
      void postNode('n1');
      if (!silent) void postNode('n2');
    }, 1000);
    try {
      expect(await kubectl(api.url, 'create', '-f', file)).toEqual({
        code: 0,
        text: 'replicationcontroller "web" created\n',
      });
      await until('two pods on each', async () => (await nodeNames()).join() === 'n1,n1,n2,n2', 20, manager);
      silent = true;
      await until(
        'n2 not ready',
        async () => /^n2 +NotReady /m.test((await kubectl(api.url, 'get', 'nodes')).text),
        20,
        manager,
      );
      await until('all pods on n1', async () => (await nodeNames()).join() === 'n1,n1,n1,n1', 20, manager);
      silent = false;
      await until(
        'n2 ready',
        async () => /^n2 +Ready /m.test((await kubectl(api.url, 'get', 'nodes')).text),
        20,
        manager,
      );
      expect((await kubectl(api.url, 'drain', 'n1')).text).toMatch(
        /^node "n1" cordoned\n(pod "web-.*" deleted\n){4}node "n1" drained\n$/,
      );
      expect(await kubectl(api.url, 'cordon', 'n1')).toEqual({ code: 0, text: 'node "n1" already cordoned\n' });
      expect(await kubectl(api.url, 'drain', 'n1', '--delete-local-data')).toMatchObject({ code: 1 });
      await until('all pods on n2', async () => (await nodeNames()).join() === 'n2,n2,n2,n2', 20, scheduler);
      expect((await kubectl(api.url, 'get', 'nodes')).text).toMatch(/^n1 +Ready,SchedulingDisabled /m);
      expect(await kubectl(api.url, 'delete', 'rc', 'web')).toMatchObject({ code: 0 });
      expect(await nodeNames()).toEqual([]);
    } finally {
      clearInterval(heartbeats);
    }
    manager.kill();
    expect(await manager.ended).toBe(143);
  });

  it('the leader ends when it cannot renew its lease', async () => {
    const own = await startApiServer((await startEtcd(1)).urls);
    const [port] = await freePorts(1);
    const words = [`--master=${own.url}`, '--leader-elect=true', ...times, '--address=127.0.0.1'];
    const scheduler = await runStandIn('kube-scheduler', [...words, `--port=${port}`], 'd');
    await until('the lease', () => scheduler.log().includes('sucessfully acquired lease'), 20, scheduler);
    own.kill('SIGKILL');
    expect(await scheduler.ended).toBe(255);
    expect(scheduler.log()).toMatch(
      /^E.* error retrieving endpoint: Get http:\/\/127\.0\.0\.1:[0-9]+\/api.*: dial tcp 127\.0\.0\.1:[0-9]+: connection refused$/m,
    );
    expect(scheduler.log()).toMatch(/^F[0-9]{4} .*\] lost master$/m);
  });

  it('kube-proxy is healthy while it looks for its master', async () => {
    const [port, nowhere] = await freePorts(2);
    const words = [`--master=http://127.0.0.1:${nowhere}`, `--healthz-port=${port}`, '--conntrack-max=0'];
    const proxy = await runStandIn('kube-proxy', words);
    await until('its health', () => isHealthy(`http://127.0.0.1:${port}`), 20, proxy);
    await until('its complaint', () => /Failed to list \*api\.Service: .*connection refused/.test(proxy.log()));
    proxy.kill();
    expect(await proxy.ended).toBe(143);
  });
});
