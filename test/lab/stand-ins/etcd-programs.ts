import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { standIn } from './build.ts';

/** A program that a test started, with all that it wrote. */
export interface Running {
  readonly process: ChildProcess;
  readonly text: () => string;
  /** Resolves to the exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** By SIGKILL, or the signal given; resolves when it is gone. */
  readonly kill: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** Everything that a test file starts or writes; `clean` ends and removes it. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'kubebale-stand-in-test-'));
  private readonly all: Running[] = [];

  /** Starts a program; `under` are words in front, such as `ip netns exec NAME`. */
  start(words: readonly string[], under: readonly string[] = []): Running {
    const [command = '', ...args] = [...under, ...words];
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: this.folder,
      env: { PATH: process.env.PATH },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
    const kill = (signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> => {
      child.kill(signal);
      return ended;
    };
    const running = { process: child, text: () => text, ended, kill };
    this.all.push(running);
    return running;
  }

  /** Starts a stand-in. */
  async standIn(
    program: string,
    release: string,
    words: readonly string[],
    under: readonly string[] = [],
  ): Promise<Running> {
    return this.start([process.execPath, await standIn(), program, release, ...words], under);
  }

  async clean(): Promise<void> {
    await Promise.all(this.all.map((one) => one.kill()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Ports of the loopback that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Asks again and again until the answer is no undefined and no false; throws when it takes too long. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  milliseconds = 60_000,
): Promise<T> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`not within ${milliseconds} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** An HTTP answer; status 0: there was none. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: Record<string, unknown>;
  readonly headers: Headers;
}

/** One request; `form` goes as a form in the body, `json` as JSON. */
export async function ask(
  method: string,
  url: string,
  body: { readonly form?: Readonly<Record<string, string>>; readonly json?: unknown; readonly timeout?: number } = {},
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(body.timeout ?? 10_000),
      headers: { Connection: 'close', ...(body.json !== undefined && { 'Content-Type': 'application/json' }) },
      ...(body.form && { body: new URLSearchParams(body.form) }),
      ...(body.json !== undefined && { body: JSON.stringify(body.json) }),
    });
    const text = await response.text();
    return { status: response.status, text, json: parsed(text), headers: response.headers };
  } catch {
    return { status: 0, text: '', json: {}, headers: new Headers() };
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** A member of a test's cluster. */
export interface TestMember {
  readonly name: string;
  readonly client: string;
  readonly peer: string;
  readonly dataDir: string;
  /** Its flags; `state` and further ones at the end win. */
  readonly flags: (more?: readonly string[]) => string[];
}

/** Members with addresses of their own, that name each other. */
export async function planMembers(bench: Bench, count: number, prefix = 'etcd'): Promise<TestMember[]> {
  const ports = await freePorts(2 * count);
  const plain = Array.from({ length: count }, (_, at) => ({
    name: `${prefix}${at}`,
    client: `http://127.0.0.1:${ports[2 * at]}`,
    peer: `http://127.0.0.1:${ports[2 * at + 1]}`,
    dataDir: join(bench.folder, `${prefix}${at}`),
  }));
  const cluster = plain.map(({ name, peer }) => `${name}=${peer}`).join(',');
  return plain.map((member) => ({ ...member, flags: (more = []) => [...memberFlags(member, cluster), ...more] }));
}

/** The guide's flags for a member. */
function memberFlags(member: Omit<TestMember, 'flags'>, cluster: string): string[] {
  return [
    ...['--name', member.name, '--data-dir', member.dataDir],
    ...['--listen-client-urls', member.client, '--advertise-client-urls', member.client],
    ...['--listen-peer-urls', member.peer, '--initial-advertise-peer-urls', member.peer],
    ...['--initial-cluster-token', 'test', '--initial-cluster', cluster, '--initial-cluster-state', 'new'],
  ];
}

/** Whether the member says that it is healthy. */
export async function isHealthy(member: { readonly client: string }): Promise<boolean> {
  return String((await ask('GET', `${member.client}/health`)).json.health) === 'true';
}
