import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pauseImageArchive } from '../../../src/lab/stand-ins/pause-image.ts';
import { kubebale, run } from '../../support/cli.ts';
import { type DockerHost, dockerHost, isRoot } from './docker-host.ts';

const address = '10.207.182.18';
const registry = `${address}:5000`;
const name = `${registry}/public/pause:1.0.2`;

/** The guide's cluster with a registry that can be had here. */
const specification = {
  name: 'guide',
  registry: { host: registry, insecure: true, pauseImage: name },
  hosts: [{ name: 'sandbox-1', address, roles: ['etcd', 'master', 'node'] }],
};

const asFlanneld = `
mkdir -p "$1/run"
. "$1/lib/process.sh"
write_pid_file "$1/run/flanneld.pid"
exec sleep infinity
`;

describe.runIf(isRoot)('the scripts of a bundle with the stand-ins of docker 1.11', () => {
  let host: DockerHost;
  let root: string;
  const script = (path: string, ...words: string[]) => {
    const { status, stdout, stderr } = host.run([process.env.KUBEBALE_BASH ?? 'bash', join(root, path), ...words]);
    // What a script says is broken into lines.
    return { status, said: (stdout + stderr).replaceAll(/\s+/g, ' ') };
  };
  const docker = (...words: string[]) => host.run([join(root, 'bin/docker'), ...words]);

  beforeAll(async () => {
    host = await dockerHost('scripts');
    const { folder } = host;
    writeFileSync(join(folder, 'cluster.json'), JSON.stringify(specification));
    const words = ['compile', join(folder, 'cluster.json'), '--scripts-only', '--out', join(folder, 'out')];
    const compiled = run([process.execPath, kubebale, ...words]);
    expect(compiled.status, compiled.stderr).toBe(0);
    run(['tar', 'xzf', join(folder, 'out/guide/sandbox-1.tar.gz'), '-C', folder]);
    root = join(folder, 'guide');
    cpSync(await host.standIns('1.11.2'), join(root, 'bin'), { recursive: true });
    mkdirSync(join(root, 'images'), { recursive: true });
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
    writeFileSync(join(root, 'images/pause.tar'), await pauseImageArchive(name, architecture));
    writeFileSync(join(folder, 'subnet.env'), 'FLANNEL_SUBNET=10.1.15.1/24\nFLANNEL_MTU=1472\n');
    // The script wants to see flanneld run, and its file written after that: a process and its pid file do.
    host.start('flanneld.log', ['bash', '-c', asFlanneld, '-', root]);
    await host.until(['test', '-e', join(root, 'run/flanneld.pid')]);
    host.run(['mkdir', '/run/flannel']);
    host.run(['cp', join(folder, 'subnet.env'), '/run/flannel/subnet.env']);
  });
  afterAll(() => host?.remove());

  it('start-docker.sh says what docker lacks, by its log', () => {
    rmSync(join(root, 'bin/docker-containerd'));
    expect(script('node/start-docker.sh').said).toContain('bin/ lacks: docker-containerd');
    cpSync(join(root, 'bin/docker-runc'), join(root, 'bin/docker-containerd'));
    host.start('other.log', [
      'bash',
      '-c',
      'exec 3<>/dev/tcp/127.0.0.1/1 || exec node -e "require(\'node:net\').createServer().listen(2375)"',
    ]);
    return host.until(['bash', '-c', ': </dev/tcp/127.0.0.1/2375']).then(() => {
      const { status, said } = script('node/start-docker.sh');
      expect(status).toBe(1);
      expect(said).toContain('another process has port 2375 already');
      host.run(['bash', '-c', 'kill $(ss -Hltnp "sport = :2375" | sed "s/.*pid=\\([0-9]*\\).*/\\1/")']);
    });
  });

  it('start-docker.sh starts it on the subnet of flannel, and says that it runs already', () => {
    const first = script('node/start-docker.sh');
    expect(first.said).toContain('docker');
    expect(first.status, first.said + host.run(['cat', join(root, 'log/docker.log')]).stdout).toBe(0);
    expect(host.run(['ip', '-4', '-o', 'addr', 'show', 'docker0']).stdout).toContain('inet 10.1.15.1/24 ');
    expect(script('node/start-docker.sh')).toMatchObject({ status: 0, said: expect.stringMatching(/already/) });
  });

  it('load-images.sh loads the pause image once', () => {
    const loaded = script('node/load-images.sh');
    expect(loaded).toMatchObject({ status: 0, said: expect.stringContaining(`Loaded ${name}.`) });
    expect(script('node/load-images.sh').said).toContain(`docker holds ${name} already.`);
  });

  it('load-images.sh says that an archive is none', () => {
    docker('rmi', name);
    const good = join(root, 'images/pause.tar');
    cpSync(good, `${good}.kept`);
    writeFileSync(good, 'no archive at all');
    const { status, said } = script('node/load-images.sh');
    expect(status).toBe(1);
    expect(said).toContain('Error processing tar file(exit status 1)');
    cpSync(`${good}.kept`, good);
    expect(script('node/load-images.sh').status).toBe(0);
  });

  it('push-images.sh says that the registry does not answer', () => {
    const { status, said } = script('node/push-images.sh');
    expect(status).toBe(1);
    expect(said).toContain(`Get http://${registry}/v2/: dial tcp ${registry}: getsockopt: connection refused`);
    expect(said).toContain('The registry does not answer');
    // What a kubelet gets that pulls: in the words of the first protocol, which 1.11 asks last.
    const pulled = docker('pull', `${registry}/public/other:1`);
    expect(pulled.stderr).toContain(`Get http://${registry}/v1/repositories/public/other/images: dial tcp`);
  });

  it('push-images.sh pushes to a real registry, and what is pulled from there is the same image', async () => {
    const configuration = join(host.folder, 'registry.yml');
    const lines = [
      'version: 0.1',
      `storage: { filesystem: { rootdirectory: ${host.folder}/registry } }`,
      `http: { addr: ${registry} }`,
    ];
    writeFileSync(configuration, `${lines.join('\n')}\n`);
    host.start('registry.log', ['docker-registry', 'serve', configuration]);
    await host.until(['bash', '-c', `: </dev/tcp/${address}/5000`]);
    expect(script('node/push-images.sh')).toMatchObject({
      status: 0,
      said: expect.stringContaining('is in the registry'),
    });
    expect(script('node/push-images.sh').status).toBe(0);
    expect(docker('push', name).stdout).toContain('Layer already exists');
    const format = ['inspect', '-f', '{{.Id}} {{json .RootFS.Layers}}', name];
    const before = docker(...format).stdout;
    expect(before).toMatch(/^sha256:[0-9a-f]{64} \["sha256:/);
    const removed = docker('rmi', name).stdout;
    expect(removed).toContain('Deleted: sha256:');
    expect(docker('images', '-q').stdout).toBe('');
    expect(docker('pull', name).stdout).toContain(`Status: Downloaded newer image for ${name}`);
    expect(docker(...format).stdout).toBe(before);
    expect(docker('pull', `${registry}/public/pause:9`).stderr).toBe('Error: image public/pause:9 not found\n');
  });

  it('a real docker pulls what the stand-in pushed', async () => {
    const socket = 'unix:///run/real.sock';
    host.start('real.log', [
      ...['dockerd', '-H', socket, '-p', '/run/real.pid', '--exec-root=/run/real', '--data-root=/var/lib/docker'],
      ...['--bridge=none', '--iptables=false', '--storage-driver=vfs', `--insecure-registry=${registry}`],
    ]);
    await host.until(['/usr/bin/docker', '-H', socket, 'version']);
    const real = (...words: string[]) => host.run(['/usr/bin/docker', '-H', socket, ...words]);
    expect(real('pull', name)).toMatchObject({ status: 0 });
    expect(real('inspect', '-f', '{{.Id}}', name).stdout).toBe(docker('inspect', '-f', '{{.Id}}', name).stdout);
    // And the other way round.
    expect(real('tag', name, `${registry}/made/by:docker`).status).toBe(0);
    expect(real('push', `${registry}/made/by:docker`).status).toBe(0);
    expect(docker('pull', `${registry}/made/by:docker`).status).toBe(0);
    // Gone, not only told: the next start would find another daemon.
    const end = 'pid=$(cat /run/real.pid); kill "$pid"; while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done';
    expect(host.run(['timeout', '30', 'sh', '-c', end]).status).toBe(0);
  });

  it('stop-docker.sh stops it, and the next start has its images', () => {
    expect(script('node/stop-docker.sh')).toMatchObject({ status: 0, said: expect.stringContaining('stopped') });
    expect(script('node/load-images.sh').status).toBe(1);
    expect(script('node/start-docker.sh').status).toBe(0);
    expect(script('node/load-images.sh').said).toContain('already');
    expect(script('node/stop-docker.sh').status).toBe(0);
  });
});
