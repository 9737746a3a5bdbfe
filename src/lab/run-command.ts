import { spawn } from 'node:child_process';
import { constants } from 'node:os';

export interface CommandResult {
  /** The exit code; 128 and the signal's number when a signal ended it, as a shell says it. */
  readonly code: number;
  /** What it wrote to its standard output and its standard error, in the order in which it came. */
  readonly output: string;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  readonly signal?: AbortSignal;
  /** Told of each line, without its end. */
  readonly onLine?: (line: string) => void;
}

/** Of a command that says more, the end is kept. */
const mostOutput = 1024 * 1024;

/**
 * Run a command to its end.
 *
 * @throws the signal's reason when it was aborted; the system's error when there is no such command
 */
export function runCommand(
  command: string,
  words: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { env, input, signal, onLine } = options;
  return new Promise((resolve, reject) => {
    // A process group of its own: a terminal's Ctrl-C is ours to pass on.
    const child = spawn(command, words, {
      env,
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const abort = (): void => {
      if (child.pid !== undefined) endGroup(child.pid);
    };
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    let output = '';
    let line = '';
    const take = (chunk: string): void => {
      output = (output + chunk).slice(-mostOutput);
      const lines = (line + chunk).split('\n');
      line = lines.pop() ?? '';
      for (const one of lines) onLine?.(one);
    };
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    const end = (code: number | null, name: NodeJS.Signals | null): void => {
      signal?.removeEventListener('abort', abort);
      child.stdout?.destroy();
      child.stderr?.destroy();
      if (signal?.aborted) reject(signal.reason);
      else resolve({ code: code ?? 128 + (name === null ? 0 : constants.signals[name]), output });
    };
    child.on('close', end);
    // What the command left running may hold its output open; its own end is what counts.
    child.on('exit', (code, name) => setTimeout(() => end(code, name), 1000).unref());
    // A command that ends without reading all is judged by its exit code.
    child.stdin?.on('error', () => undefined).end(input);
  });
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended in between.
  }
}
