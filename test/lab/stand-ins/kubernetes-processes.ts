import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, type HttpAnswer } from '../../../src/lab/stand-ins/http-client.ts';
import { standIn } from './build.ts';

/** A process of a test. */
export interface Running {
  readonly pid: number;
  /** All that it wrote so far, on both outputs. */
  readonly log: () => string;
  /** The code that it ended with, or the signal. */
  readonly ended: Promise<number | string>;
  readonly kill: (signal?: NodeJS.Signals) => void;
}

const children = new Set<ChildProcess>();
const folders = new Set<string>();

/** To be called after each file's tests: ends and removes what they left. */
export async function cleanUp(): Promise<void> {
  for (const child of children) child.kill('SIGKILL');
  for (let left = 50; children.size > 0 && left > 0; left--) await pause(100);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

/** A folder of this test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubebale-kubernetes-'));
  folders.add(folder);
  return folder;
}

/** Some ports that are free at the moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
    }),
  );
  return servers.map((server) => {
    const address = server.address();
    server.close();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
}

/** Starts a program of the machine. */
export function run(command: string, argv: readonly string[]): Running {
  const child = spawn(command, argv, { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let log = '';
  const more = (chunk: Buffer): void => {
    log += chunk;
  };
  child.stdout.on('data', more);
  child.stderr.on('data', more);
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => {
      children.delete(child);
      resolve(code ?? signal ?? '');
    });
  });
  return { pid: child.pid ?? 0, log: () => log, ended, kill: (signal = 'SIGTERM') => void child.kill(signal) };
}

/** Starts a stand-in of Kubernetes 1.3.3; `host` gives it a host name of its own. */
export async function runStandIn(program: string, argv: readonly string[], host?: string): Promise<Running> {
  const words = [process.execPath, await standIn(), program, '1.3.3', ...argv];
  if (host === undefined) return run(words[0] ?? '', words.slice(1));
  return run('unshare', ['--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', host, ...words]);
}

/** Waits until a question is answered with something true; fails with what it last said, and a log. */
export async function until<T>(what: string, question: () => Promise<T> | T, seconds = 20, log?: Running): Promise<T> {
  let last: unknown;
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(200)) {
    try {
      const answer = await question();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`waited ${seconds} s for: ${what}; last: ${last}\n${log?.log() ?? ''}`);
}

/** GET, or PUT or POST of a body; undefined when nothing answers. */
export async function http(
  url: string,
  method: 'GET' | 'PUT' | 'POST' | 'DELETE' = 'GET',
  body?: unknown,
): Promise<HttpAnswer> {
  return ask(url, { method, ...(body === undefined ? {} : { body }), timeoutMilliseconds: 8000 });
}

/** Whether /healthz says ok. */
export async function isHealthy(base: string): Promise<boolean> {
  const { status, text } = await http(`${base}/healthz`);
  return status === 200 && text === 'ok';
}

/** An etcd cluster of Debian's own etcd 3.4 with so many members, on ports of its own. */
export async function startEtcd(
  members: number,
): Promise<{ readonly urls: readonly string[]; readonly processes: readonly Running[] }> {
  const ports = await freePorts(members * 2);
  const peers = ports.slice(members).map((port) => `http://127.0.0.1:${port}`);
  const urls = ports.slice(0, members).map((port) => `http://127.0.0.1:${port}`);
  const folder = scratchFolder();
  const processes = urls.map((url, at) =>
    run('/usr/bin/etcd', [
      ...['--enable-v2', '--name', `m${at}`, '--data-dir', join(folder, `m${at}`)],
      ...['--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', peers[at] ?? '', '--initial-advertise-peer-urls', peers[at] ?? ''],
      ...['--initial-cluster', peers.map((peer, one) => `m${one}=${peer}`).join(',')],
    ]),
  );
  for (const url of urls) {
    await until(`etcd at ${url}`, async () => (await http(`${url}/health`)).text.includes('true'), 30, processes[0]);
  }
  return { urls, processes };
}

/** A started API server. */
export interface ApiServer extends Running {
  readonly url: string;
}

/** Starts kube-apiserver on a port of its own; with `wait` it is healthy then. */
export async function startApiServer(
  etcd: readonly string[],
  more: readonly string[] = [],
  wait = true,
): Promise<ApiServer> {
  const [port = 0, secure = 0] = await freePorts(2);
  const url = `http://127.0.0.1:${port}`;
  const running = await runStandIn('kube-apiserver', [
    ...[`--etcd-servers=${etcd.join(',')}`, '--service-cluster-ip-range=10.254.0.0/16', '--bind-address=127.0.0.1'],
    ...['--insecure-bind-address=127.0.0.1', `--insecure-port=${port}`, `--secure-port=${secure}`],
    ...(more.some((word) => word.startsWith('--advertise-address')) ? [] : ['--advertise-address=127.0.0.1']),
    ...more,
  ]);
  if (wait) await until('a healthy API server', () => isHealthy(url), 20, running);
  return { ...running, url };
}

/** Runs kubectl to its end. */
export async function kubectl(
  server: string,
  ...words: readonly string[]
): Promise<{ readonly code: number | string; readonly text: string }> {
  const running = await runStandIn('kubectl', ['-s', server, ...words]);
  return { code: await running.ended, text: running.log() };
}
