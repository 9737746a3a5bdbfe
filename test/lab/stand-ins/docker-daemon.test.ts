import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pauseImageArchive } from '../../../src/lab/stand-ins/pause-image.ts';
import { type DockerHost, dockerHost, isRoot } from './docker-host.ts';

const name = 'registry.Xcloud.com/public/pause:1.0.2';
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

describe.runIf(isRoot)('the stand-in of docker daemon', () => {
  let host: DockerHost;
  let bin: string;
  let newBin: string;
  let env: Record<string, string>;
  const daemon = (log: string, ...flags: string[]): void =>
    host.start(log, [
      'env',
      `PATH=${bin}:/usr/sbin:/usr/bin:/sbin:/bin`,
      `${bin}/docker`,
      'daemon',
      '--graph=/var/lib/docker',
      ...flags,
    ]);
  const docker = (...words: string[]) => host.run([`${bin}/docker`, ...words]);
  /** A daemon that cannot start. */
  const failing = (...flags: string[]) => {
    const graph = [
      '--graph=/var/lib/other',
      '--exec-root=/run/other',
      '-H',
      'unix:///run/other.sock',
      '-p',
      '/run/other.pid',
    ];
    const result = host.run([`${bin}/docker`, 'daemon', ...graph, ...flags], env);
    return {
      status: result.status,
      said: result.stderr
        .trim()
        .split('\n')
        .at(-1)
        ?.replace(/^time="[^"]*" /, '')
        .trim(),
    };
  };
  const dockerPid = (): string => host.run(['cat', '/run/docker.pid']).stdout;
  const stateOf = (container: string): string =>
    docker('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', container).stdout.trim();
  /** A process that nobody has waited for yet has no program any more. */
  const alive = (pid: string): boolean => host.run(['readlink', `/proc/${pid}/exe`]).status === 0;
  const up = () => host.until([`${bin}/docker`, 'version']);

  beforeAll(async () => {
    host = await dockerHost('daemon');
    bin = await host.standIns('1.11.2');
    newBin = await host.standIns('20.10.24');
    env = { PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin` };
    writeFileSync(join(host.folder, 'pause.tar'), await pauseImageArchive(name, architecture));
    daemon(
      'first.log',
      '-H',
      'unix:///var/run/docker.sock',
      '-H',
      'tcp://127.0.0.1:2375',
      '--bip=10.98.1.1/24',
      '--mtu=1400',
    );
    await up();
    expect(docker('load', '-i', join(host.folder, 'pause.tar')).status).toBe(0);
  });
  afterAll(() => host?.remove());

  it('listens on both, writes its pid, makes docker0 with the address, and logs as docker does', () => {
    expect(docker('-H', 'tcp://127.0.0.1:2375', 'version').stdout).toContain('Server:\n Version:      1.11.2');
    expect(host.run(['cat', `/proc/${dockerPid()}/comm`]).stdout).toBe('dockerd\n');
    expect(host.run(['ip', '-4', '-o', 'addr', 'show', 'docker0']).stdout).toContain('inet 10.98.1.1/24 ');
    expect(host.log('first.log')).toMatch(/^time="\S+" level=info msg="API listen on \/var\/run\/docker.sock" $/m);
    expect(host.run(['stat', '-c', '%a', '/run/docker.sock']).stdout).toBe('660\n');
  });

  it('does not start beside another, in the words of 1.11', () => {
    expect(failing('-p', '/run/docker.pid')).toEqual({
      status: 1,
      said: 'level=fatal msg="Error starting daemon: pid file found, ensure docker is not running or delete /run/docker.pid"',
    });
    expect(failing('--graph=/var/lib/docker')).toEqual({
      status: 1,
      said: 'level=fatal msg="Error starting daemon: timeout"',
    });
    expect(failing('-H', 'tcp://127.0.0.1:2375')).toEqual({
      status: 1,
      said: 'level=fatal msg="listen tcp 127.0.0.1:2375: bind: address already in use"',
    });
  });

  it('says what it lacks, in the words of 1.11', () => {
    const bridge =
      'level=fatal msg="Error starting daemon: Error initializing network controller: Error creating default \\"bridge\\" network: ';
    expect(failing('--bridge=br7').said).toBe(
      `${bridge}bridge device with non default name br7 must be created manually"`,
    );
    expect(failing('--bip=10.1.1.0/24').said).toBe(
      `${bridge}failed to allocate gateway (10.1.1.0): Address already in use"`,
    );
    expect(failing('--storage-driver=overlay2').said).toBe(
      'level=fatal msg="Error starting daemon: error initializing graphdriver: driver not supported"',
    );
    expect(failing('--no-such-flag')).toEqual({ status: 125, said: "See 'docker daemon --help'." });
    const alone = host.run([
      'env',
      'PATH=/usr/sbin:/usr/bin',
      `${bin}/docker`,
      'daemon',
      '-p',
      '/run/x.pid',
      '-H',
      'unix:///run/x.sock',
    ]);
    expect(alone.stderr).toContain(
      String.raw`level=fatal msg="exec: \"docker-containerd\": executable file not found in $PATH"`,
    );
    expect(alone.status).toBe(1);
    const without = host.run(
      [
        'unshare',
        '--mount',
        'sh',
        '-c',
        `umount /sys/fs/cgroup/devices; exec ${bin}/docker daemon --graph=/var/lib/x -H unix:///run/x.sock -p /run/x.pid --bridge=none`,
      ],
      env,
    );
    expect(without.stderr).toContain(`level=fatal msg="Error starting daemon: Devices cgroup isn't mounted"`);
    expect(without.status).toBe(1);
    // Without a mapping it is nobody there, with root's files.
    const other = host.run(
      ['unshare', '--user', `${bin}/docker`, 'daemon', '-p', '', '-H', 'tcp://127.0.0.1:2390'],
      env,
    );
    expect(other.stderr).toContain(
      'level=fatal msg="Error starting daemon: The Docker daemon needs to be run as root"',
    );
    expect(other.status).toBe(1);
  });

  it('says the same as 20.10 does', () => {
    const said = (...flags: string[]) => {
      const words = [
        `${newBin}/dockerd`,
        '-H',
        'unix:///run/o.sock',
        '-p',
        '/run/o.pid',
        '--data-root=/var/lib/o',
        ...flags,
      ];
      const result = host.run(words, { PATH: `${newBin}:/usr/sbin:/usr/bin:/sbin:/bin` });
      return `${result.status} ${result.stderr.trim().split('\n').at(-1)}`;
    };
    expect(said('-p', '/run/docker.pid')).toBe(
      '1 failed to start daemon: pid file found, ensure docker is not running or delete /run/docker.pid',
    );
    expect(said('-H', 'tcp://127.0.0.1:2375')).toBe(
      '1 failed to load listeners: listen tcp 127.0.0.1:2375: bind: address already in use',
    );
    expect(said('--data-root=/var/lib/docker', '--bridge=none')).toBe(
      '1 failed to start daemon: error while opening volume store metadata database: timeout',
    );
  });

  it('runs a container as a process with an address on the bridge, and sees it killed', async () => {
    const id = docker('run', '-d', '--name', 'pod1', name).stdout.trim();
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    const shown = docker('inspect', '-f', '{{.State.Pid}} {{.NetworkSettings.IPAddress}}', 'pod1').stdout;
    const [pid = '', address = ''] = shown.trim().split(' ');
    expect(host.run(['readlink', `/proc/${pid}/exe`]).stdout).toContain(`${id}/rootfs/pause`);
    expect(address).toBe('10.98.1.2');
    const inside = host.run(['nsenter', '--net', '--target', pid, 'ip', '-o', 'addr', 'show', 'eth0']).stdout;
    expect(inside).toContain('inet 10.98.1.2/24');
    expect(host.run(['ip', 'link', 'show', 'master', 'docker0']).stdout).toContain('mtu 1400');
    host.run(['kill', '-9', pid]);
    await host.until(['sh', '-c', `${bin}/docker ps -aq --filter status=exited | grep .`]);
    expect(stateOf('pod1')).toBe('exited 137');
    expect(docker('rm', 'pod1').stdout).toBe('pod1\n');
    expect(docker('ps', '-aq').stdout).toBe('');
  });

  it('shares a network between containers, as those of a pod do', () => {
    docker('run', '-d', '--name', 'infra', name);
    docker('run', '-d', '--name', 'other', '--net=container:infra', name);
    const pids = docker('inspect', '-f', '{{.State.Pid}}', 'infra', 'other').stdout.trim().split('\n');
    const [first, second] = pids.map((pid) => host.run(['readlink', `/proc/${pid}/ns/net`]).stdout);
    expect(first).toMatch(/^net:/);
    expect(second).toBe(first);
    expect(docker('rm', '-f', 'infra', 'other').status).toBe(0);
  });

  it('says in the words of 1.11 why a container cannot start', () => {
    expect(docker('run', '-d', '--entrypoint=/nothing', name)).toMatchObject({
      status: 127,
      stderr:
        "docker: Error response from daemon: Container command '/nothing' not found or does not exist..\nSee 'docker run --help'.\n",
    });
    host.run(['mv', `${bin}/docker-runc`, `${bin}/away`]);
    expect(docker('run', '-d', name).status).toBe(127);
    host.run(['mv', `${bin}/away`, `${bin}/docker-runc`]);
    host.run(['sh', '-c', 'mkdir -p /run/two && mount -t cgroup2 none /run/two']);
    expect(docker('run', '-d', name).stderr).toContain('no subsystem for mount');
    host.run(['umount', '/run/two']);
    docker(
      'rm',
      ...docker('ps', '-aq')
        .stdout.split('\n')
        .filter((id) => id !== ''),
    );
  });

  it('is killed: images stay, the container lives on, and the next daemon ends it', async () => {
    docker('run', '-d', '--name', 'left', name);
    const pid = docker('inspect', '-f', '{{.State.Pid}}', 'left').stdout.trim();
    host.run(['kill', '-9', dockerPid()]);
    await host.until(['sh', '-c', `! ${bin}/docker version`]);
    expect(alive(pid)).toBe(true);
    daemon('second.log', '--bip=10.98.2.1/24');
    await up();
    expect(docker('images', '--format', '{{.Repository}}:{{.Tag}}').stdout).toBe(`${name}\n`);
    expect(stateOf('left')).toBe('exited 137');
    expect(alive(pid)).toBe(false);
    // flannel has given another subnet: the bridge follows.
    expect(host.run(['ip', '-4', '-o', 'addr', 'show', 'docker0']).stdout).toContain('inet 10.98.2.1/24 ');
  });

  it('ends on SIGTERM with its containers, and without its pid file', async () => {
    docker('run', '-d', '--name', 'last', name);
    const container = docker('inspect', '-f', '{{.State.Pid}}', 'last').stdout.trim();
    const pid = dockerPid();
    host.run(['kill', pid]);
    await host.until(['sh', '-c', `! test -e /proc/${pid}/exe`]);
    expect(alive(container)).toBe(false);
    expect(host.run(['test', '-e', '/run/docker.pid']).status).toBe(1);
  });

  it('with --live-restore (1.12) leaves containers running, and the next one watches over them', async () => {
    const old = await host.standIns('1.12.6');
    const start = (log: string): void =>
      host.start(log, [
        ...['env', `PATH=${old}:/usr/sbin:/usr/bin:/sbin:/bin`, `${old}/dockerd`],
        ...['--graph=/var/lib/docker', '--live-restore', '--bip=10.98.2.1/24'],
      ]);
    start('third.log');
    await up();
    docker('run', '-d', '--name', 'lives', name);
    const container = docker('inspect', '-f', '{{.State.Pid}}', 'lives').stdout.trim();
    const pid = dockerPid();
    host.run(['kill', pid]);
    await host.until(['sh', '-c', `! test -e /proc/${pid}/exe`]);
    expect(alive(container)).toBe(true);
    start('fourth.log');
    await up();
    expect(stateOf('lives')).toBe('running 0');
    host.run(['kill', '-9', container]);
    await host.until(['sh', '-c', `${bin}/docker ps -aq --filter status=exited --filter name=lives | grep .`]);
  });
});
