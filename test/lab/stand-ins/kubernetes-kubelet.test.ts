import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objects, text } from '../../../src/lab/stand-ins/kubernetes/json.ts';
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
import { type TinyDocker, tinyDocker } from './tiny-docker.ts';

const pause = 'registry.example.com:5000/public/pause:1.0.2';

let api: ApiServer;
let docker: TinyDocker;
let kubelet: Running;
let healthz = '';
let words: readonly string[] = [];

beforeAll(async () => {
  api = await startApiServer((await startEtcd(1)).urls);
  const socket = join(scratchFolder(), 'docker.sock');
  docker = await tinyDocker(socket);
  docker.pullError = 'server gave HTTP response to HTTPS client';
  const [health, port, readOnly, cadvisor, nowhere] = await freePorts(5);
  healthz = `http://127.0.0.1:${health}`;
  words = [
    // Only the first of the API servers is used.
    ...[`--api-servers=${api.url},http://127.0.0.1:${nowhere}`, `--docker-endpoint=unix://${socket}`],
    ...['--hostname-override=n1', '--node-ip=10.1.2.3', `--pod-infra-container-image=${pause}`, '--address=127.0.0.1'],
    ...[`--healthz-port=${health}`, `--port=${port}`, `--read-only-port=${readOnly}`, `--cadvisor-port=${cadvisor}`],
    ...['--node-status-update-frequency=1s', '--allow-privileged=false', '--container-runtime=docker'],
  ];
  kubelet = await runStandIn('kubelet', words);
  await until('a healthy kubelet', () => isHealthy(healthz), 20, kubelet);
});

afterAll(async () => {
  await docker?.close();
  await cleanUp();
});

const namesIn = (): readonly string[] =>
  [...docker.containers.values()].filter((one) => one.running).map((one) => one.name);
const namedFor = (pod: string): readonly string[] => namesIn().filter((name) => name.includes(`_${pod}_default_`));

async function createPod(name: string): Promise<void> {
  const spec = { nodeName: 'n1', containers: [{ name: 'main', image: 'main' }] };
  await http(`${api.url}/api/v1/namespaces/default/pods`, 'POST', { metadata: { name }, spec });
}

describe('kubelet', () => {
  it('registers its node with the address it was given, and posts that it is ready', async () => {
    const node = await until('the node', async () => {
      const { json } = await http(`${api.url}/api/v1/nodes/n1`);
      return text(json, 'kind') === 'Node' && objects(json, 'status', 'conditions').length > 0 ? json : undefined;
    });
    expect(node).toMatchObject({
      status: {
        addresses: [
          { type: 'LegacyHostIP', address: '10.1.2.3' },
          { type: 'InternalIP', address: '10.1.2.3' },
        ],
        nodeInfo: { kubeletVersion: 'v1.3.3', containerRuntimeVersion: 'docker://1.11.2' },
      },
    });
    expect((await kubectl(api.url, 'get', 'nodes')).text).toMatch(/^n1 +Ready /m);
  });

  it('without the pause image no pod runs, and the log says why as the real one does', async () => {
    await createPod('early');
    await until(
      'the reason',
      async () => /^early +0\/1 +(ErrImagePull|ImagePullBackOff) /m.test((await kubectl(api.url, 'get', 'pods')).text),
      20,
      kubelet,
    );
    expect(kubelet.log()).toMatch(
      /^E[0-9]{4} .*image pull failed for registry\.example\.com:5000\/public\/pause:1\.0\.2, this may be because .*server gave HTTP response to HTTPS client/m,
    );
    expect(docker.pulls).toBeGreaterThan(0);
    expect(namesIn()).toEqual([]);
    expect((await kubectl(api.url, 'get', 'nodes')).text).toMatch(/^n1 +Ready /m);
  });

  it('starts a container from it for each pod and one of its own, once it can be had', async () => {
    // As load-images.sh does it: without a pull, and so at once.
    docker.images.add(pause);
    await until(
      'two containers',
      () => namedFor('early').length === 1 && namedFor('rehearsal-n1').length === 1,
      20,
      kubelet,
    );
    expect(namedFor('early')[0]).toMatch(/^k8s_POD\.[0-9a-f]+_early_default_[0-9a-f-]+_[0-9a-f]{8}$/);
    await until('a running pod', async () =>
      /^early +1\/1 +Running +0 /m.test((await kubectl(api.url, 'get', 'pods')).text),
    );
    expect((await kubectl(api.url, 'get', 'pods', '-o', 'wide')).text).toMatch(/172\.17\.0\.2 +n1$/m);
  });

  it('makes a container again that was killed or removed, and pulls an image that was deleted', async () => {
    docker.pullError = undefined;
    docker.images.clear();
    docker.containers.clear();
    await until(
      'both again',
      () => namedFor('early').length === 1 && namedFor('rehearsal-n1').length === 1,
      20,
      kubelet,
    );
    expect(docker.images.has(pause)).toBe(true);
    for (const container of docker.containers.values()) container.running = false;
    await until('both anew', () => namedFor('early').length === 1 && docker.containers.size === 2, 20, kubelet);
  });

  it('removes the containers of a deleted pod, and no others', async () => {
    await createPod('late');
    await until('its container', () => namedFor('late').length === 1, 20, kubelet);
    expect(await kubectl(api.url, 'delete', 'pod', 'early')).toEqual({ code: 0, text: 'pod "early" deleted\n' });
    await until('no container', () => namedFor('early').length === 0, 20, kubelet);
    expect(namesIn()).toHaveLength(2);
  });

  it('finds its containers again after a restart, and dies of SIGTERM as the real one', async () => {
    const before = [...docker.containers.keys()];
    kubelet.kill();
    expect(await kubelet.ended).toBe(143);
    kubelet = await runStandIn('kubelet', words);
    await until('a node found again', () => kubelet.log().includes('Node n1 was previously registered'), 20, kubelet);
    await createPod('after');
    await until('a new container', () => namedFor('after').length === 1, 20, kubelet);
    expect([...docker.containers.keys()].slice(0, before.length)).toEqual(before);
  });

  it('is missed by the controller-manager when it dies', async () => {
    const [port] = await freePorts(1);
    const manager = await runStandIn('kube-controller-manager', [
      ...[`--master=${api.url}`, `--port=${port}`, '--address=127.0.0.1', '--node-monitor-grace-period=3s'],
    ]);
    await until('its health', () => isHealthy(`http://127.0.0.1:${port}`), 20, manager);
    kubelet.kill('SIGKILL');
    await until(
      'NotReady',
      async () => /^n1 +NotReady /m.test((await kubectl(api.url, 'get', 'nodes')).text),
      20,
      manager,
    );
    expect(manager.log()).toContain("node n1 hasn't been updated for too long");
  });

  it('does not start without docker', async () => {
    const lonely = await runStandIn('kubelet', ['--docker-endpoint=unix:///no/such/docker.sock']);
    expect(await lonely.ended).toBe(1);
    expect(lonely.log()).toMatch(
      /^error: failed to run Kubelet: .*Cannot connect to the Docker daemon\. Is the docker daemon running on this host\?$/m,
    );
  });
});
