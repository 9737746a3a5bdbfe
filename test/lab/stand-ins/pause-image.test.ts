import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { elfArchitecture } from '../../../src/archive/elf.ts';
import { Store } from '../../../src/artifacts/store.ts';
import { normaliseDockerArchive, readDockerArchive } from '../../../src/images/docker-archive.ts';
import { pauseProgram } from '../../../src/lab/stand-ins/docker/pause-program.ts';
import { pauseImageArchive } from '../../../src/lab/stand-ins/pause-image.ts';
import { run } from '../../support/cli.ts';
import { sha256 } from '../../support/images.ts';
import { scratch } from '../../support/unpack.ts';
import { type DockerHost, dockerHost, isRoot } from './docker-host.ts';

const name = 'registry.Xcloud.com/public/pause:1.0.2';
const { signal } = new AbortController();

/** user and system time that a process has used, in clock ticks; and its state. */
function usage(pid: number): { readonly state: string | undefined; readonly ticks: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], ticks: Number(fields[11]) + Number(fields[12]) };
}

describe('the pause program', () => {
  it.each(['amd64', 'arm64'] as const)('is a program for %s', (architecture) => {
    expect(elfArchitecture(pauseProgram(architecture))).toEqual({ architecture });
  });

  it('runs on this machine: sleeps without using the processor, and SIGTERM ends it', async () => {
    const file = join(scratch('pause'), 'pause');
    writeFileSync(file, pauseProgram(process.arch === 'arm64' ? 'arm64' : 'amd64'));
    chmodSync(file, 0o755);
    const child = spawn(file, { stdio: 'ignore' });
    await once(child, 'spawn');
    await sleep(300);
    // A stop and a continue: pause(2) comes back from them, and the program has to call it again.
    child.kill('SIGSTOP');
    child.kill('SIGCONT');
    await sleep(300);
    expect(usage(child.pid ?? 0)).toEqual({ state: 'S', ticks: 0 });
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
  });
});

describe('the pause image', () => {
  it('is what our own reader of docker-archives takes, for its architecture', async () => {
    const folder = scratch('pause');
    const file = join(folder, 'pause.tar');
    writeFileSync(file, await pauseImageArchive(name, 'arm64'));
    const store = new Store(join(folder, 'store'));
    const image = await readDockerArchive(file, store, { signal });
    expect(image.names).toEqual([name]);
    expect(image.platform.architecture).toBe('arm64');
    expect(image.layers).toHaveLength(1);
    const wrong = normaliseDockerArchive(file, name, 'amd64', store, { signal });
    await expect(wrong).rejects.toMatchObject({ code: 'KB4308' });
  });

  it('is an archive that tar reads, with the old form of docker beside the new', async () => {
    const folder = scratch('pause');
    writeFileSync(join(folder, 'pause.tar'), await pauseImageArchive('pause', 'amd64'));
    expect(run(['tar', '-xf', join(folder, 'pause.tar'), '-C', folder]).status).toBe(0);
    const [item] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    expect(item.RepoTags).toEqual(['pause:latest']);
    const [id] = item.Layers[0].split('/');
    expect(JSON.parse(readFileSync(join(folder, 'repositories'), 'utf8'))).toEqual({ pause: { latest: id } });
    expect(readFileSync(join(folder, id, 'VERSION'), 'utf8')).toBe('1.0');
    expect(JSON.parse(readFileSync(join(folder, id, 'json'), 'utf8'))).toMatchObject({ id, architecture: 'amd64' });
    const config = readFileSync(join(folder, item.Config));
    expect(item.Config).toBe(`${sha256(config)}.json`);
    expect(JSON.parse(config.toString())).toMatchObject({ config: { Entrypoint: ['/pause'] } });
    run(['tar', '-xf', join(folder, item.Layers[0]), '-C', folder]);
    expect(readFileSync(join(folder, 'pause')).equals(pauseProgram('amd64'))).toBe(true);
  });

  it('has the same bytes each time', async () => {
    const [one, two] = [await pauseImageArchive(name, 'amd64'), await pauseImageArchive(name, 'amd64')];
    expect(one.equals(two)).toBe(true);
  });

  it('KB4310: a name that no image can have is refused', async () => {
    await expect(pauseImageArchive('UPPER CASE', 'amd64')).rejects.toThrow('is not the name of an image');
  });
});

describe.runIf(isRoot)('with a real docker', () => {
  let host: DockerHost | undefined;
  afterAll(() => host?.remove());

  it('is loaded, and a container of it runs on the default bridge', async () => {
    host = await dockerHost('pause');
    const { folder } = host;
    const socket = `unix://${folder}/docker.sock`;
    host.start('dockerd.log', [
      ...[
        'dockerd',
        '-H',
        socket,
        '--data-root',
        '/var/lib/docker',
        '--exec-root',
        '/run/docker',
        '-p',
        '/run/docker.pid',
      ],
      ...['--bip=10.98.1.1/24', '--mtu=1400', '--storage-driver=vfs'],
    ]);
    // The distribution's client: another one may be before it in PATH.
    const docker = (...words: string[]) => host?.run(['/usr/bin/docker', '-H', socket, ...words]);
    await host.until(['/usr/bin/docker', '-H', socket, 'version']);
    writeFileSync(
      join(folder, 'pause.tar'),
      await pauseImageArchive(name, process.arch === 'arm64' ? 'arm64' : 'amd64'),
    );
    expect(docker('load', '-i', join(folder, 'pause.tar'))?.stdout).toBe(`Loaded image: ${name}\n`);
    expect(docker('run', '-d', '--name', 'pod1', name)).toMatchObject({ status: 0, stderr: '' });
    const shown = docker('inspect', '-f', '{{.State.Status}} {{.NetworkSettings.IPAddress}}', 'pod1');
    expect(shown?.stdout).toBe('running 10.98.1.2\n');
    expect(docker('kill', 'pod1')?.status).toBe(0);
    expect(docker('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', 'pod1')?.stdout).toBe('exited 137\n');
  });
});
