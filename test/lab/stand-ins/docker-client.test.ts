import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fillTemplate } from '../../../src/lab/stand-ins/docker/go-template.ts';
import { parseHost } from '../../../src/lab/stand-ins/docker/listeners.ts';
import { imageName, withTag } from '../../../src/lab/stand-ins/docker/names.ts';
import { isInsecure } from '../../../src/lab/stand-ins/docker/registry-connection.ts';
import { standIn } from './build.ts';

const execute = promisify(execFile);
const nowhere = ['-H', 'unix:///nonexistent/docker.sock'];

/** A stand-in that runs to its end. */
async function ran(program: string, release: string, ...words: string[]) {
  const file = await standIn();
  const command = execute(process.execPath, [file, program, release, ...words], { env: { PATH: '/usr/bin:/bin' } });
  const { stdout, stderr } = await command.catch((error) => error);
  return { code: command.child.exitCode, out: stdout, err: stderr };
}

describe('the stand-in of the docker client', () => {
  it('says its release and what it is', async () => {
    expect(await ran('docker', '1.11.2', '--version')).toEqual({
      code: 0,
      out: 'Docker version 1.11.2, build stand-in\n',
      err: '',
    });
  });

  // api/client/*.go and pkg/mflag of 1.11; spf13/pflag and docker/cli after.
  it.each([
    ['1.11.2', ['images', '--nope'], 125, "flag provided but not defined: --nope\nSee 'docker images --help'.\n"],
    ['20.10.24', ['images', '--nope'], 125, "unknown flag: --nope\nSee 'docker images --help'.\n"],
    ['20.10.24', ['ps', '-aZ'], 125, "unknown shorthand flag: 'Z' in -Z\nSee 'docker ps --help'.\n"],
    ['1.12.6', ['tag', '-f', 'a', 'b'], 125, "flag provided but not defined: -f\nSee 'docker tag --help'.\n"],
    ['1.11.2', ['nosuch'], 1, "docker: 'nosuch' is not a docker command.\nSee 'docker --help'.\n"],
    ['1.13.1', ['daemon'], 1, "docker: 'daemon' is not a docker command.\nSee 'docker --help'.\n"],
    ['1.11.2', ['exec', 'x', 'ls'], 1, 'docker: stand-in: docker exec is not among what it does\n'],
    ['1.11.2', ['tag', 'a'], 1, 'docker: "tag" requires 2 arguments.\nSee \'docker tag --help\'.\n'],
    ['20.10.24', ['tag', 'a'], 1, '"docker tag" requires exactly 2 argument(s).\nSee \'docker tag --help\'.\n'],
    ['1.11.2', ['load', '-i', '/nonexistent'], 1, 'open /nonexistent: no such file or directory\n'],
    [
      '1.11.2',
      [...nowhere, 'ps'],
      1,
      'Cannot connect to the Docker daemon. Is the docker daemon running on this host?\n',
    ],
    [
      '20.10.24',
      [...nowhere, 'ps'],
      1,
      'Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock. Is the docker daemon running?\n',
    ],
  ] as const)('%s: docker %j ends with %d', async (release, words, code, err) => {
    expect(await ran('docker', release, ...words)).toMatchObject({ code, err });
  });

  it('is the daemon where the release has it so', async () => {
    expect(await ran('docker', '1.11.2', 'daemon', '--data-root=/x')).toMatchObject({
      code: 125,
      err: expect.stringContaining('flag provided but not defined: --data-root'),
    });
    expect(await ran('docker', '1.12.6', 'daemon', '--no-such')).toMatchObject({ code: 125 });
    expect(await ran('dockerd', '20.10.24', '--graff=/x')).toMatchObject({
      code: 1,
      err: expect.stringContaining('unknown flag: --graff'),
    });
  });
});

describe('the stand-ins of the helpers', () => {
  it('say with --version what they are, and do nothing else', async () => {
    const said = await ran('docker-containerd', '1.11.2', '--version');
    expect(said).toMatchObject({ code: 0, out: 'docker-containerd version 1.11.2 (docker), a stand-in\n' });
    const refused = await ran('docker-runc', '1.11.2', 'run', 'x');
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('docker-runc: this is a stand-in') });
  });
});

describe('Go templates', () => {
  const data = { Id: 'sha256:1', RootFS: { Layers: ['a', 'b'] }, N: 1, Empty: null, Labels: { b: '2', a: '1' } };

  it.each([
    ['{{.Id}}', 'sha256:1'],
    ['{{ .Id }} {{json .RootFS.Layers}}', 'sha256:1 ["a","b"]'],
    ['{{.RootFS.Layers}}', '[a b]'],
    ['{{.N}}/{{.Empty}}/{{.No.Thing}}', '1/<no value>/<no value>'],
    ['{{.Labels}}', 'map[a:1 b:2]'],
  ])('%s', (template, expected) => {
    expect(fillTemplate(template, data)).toBe(expected);
  });

  it.each(['{{range .RootFS.Layers}}x{{end}}', '{{if .N}}1{{end}}', '{{.Id'])('%s is refused', (template) => {
    expect(() => fillTemplate(template, data)).toThrow('Template parsing error');
  });
});

describe('names and addresses', () => {
  it('knows -H in all its forms', () => {
    expect(parseHost('')).toEqual({ kind: 'unix', address: '/var/run/docker.sock' });
    expect(parseHost('tcp://0.0.0.0:2375')).toEqual({ kind: 'tcp', address: '0.0.0.0:2375' });
    expect(parseHost('tcp://')).toEqual({ kind: 'tcp', address: '127.0.0.1:2375' });
    expect(parseHost(':4243')).toEqual({ kind: 'tcp', address: '127.0.0.1:4243' });
  });

  it('shows names as docker does', () => {
    expect(withTag('docker.io/library/busybox')).toBe('busybox:latest');
    expect(withTag('registry.Xcloud.com/public/pause:1.0.2')).toBe('registry.Xcloud.com/public/pause:1.0.2');
    expect(() => imageName('Upper')).toThrow('repository name must be lowercase');
  });

  it('knows which registries may speak http', () => {
    const listed = ['registry.Xcloud.com', '10.0.0.0/8'];
    expect(isInsecure('registry.Xcloud.com', listed)).toBe(true);
    expect(isInsecure('registry.Xcloud.com:5000', listed)).toBe(false);
    expect(isInsecure('10.1.2.3:5000', listed)).toBe(true);
    expect(isInsecure('11.1.2.3:5000', listed)).toBe(false);
    expect(isInsecure('127.0.0.1:5000', [])).toBe(true);
    expect(isInsecure('localhost:5000', [])).toBe(true);
  });
});
