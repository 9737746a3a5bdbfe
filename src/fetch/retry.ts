import { setTimeout as wait } from 'node:timers/promises';
import { ArtifactError } from '../artifacts/artifact-error.ts';

/** Waits that many milliseconds, or until the signal; then it throws the signal's reason. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** The clock's own sleep. On abort it throws the signal's reason, and not the AbortError that Node makes of it. */
export async function abortableSleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/** A failure that may pass by itself. */
export class PassingFailure extends Error {
  /** Seconds that the server asked to be left alone. */
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter?: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

const attempts = 5;
const firstWait = 500;
/** Milliseconds; a server that wants more will not be better after it either. */
const longestWait = 60_000;

/**
 * Do something with a network that may fail by the way, up to five times, waiting longer each time, and as long as the
 * server asks for. What is certain to fail again (an ArtifactError, this machine's disk) goes through at once.
 *
 * @param url for the message
 * @throws ArtifactError KB4311 when the last attempt failed too
 */
export async function withRetry<T>(
  url: string,
  { signal, sleep }: { readonly signal: AbortSignal; readonly sleep: Sleep },
  attempt: () => Promise<T>,
): Promise<T> {
  for (let number = 1; ; number++) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ArtifactError || isOfThisMachine(error)) throw error;
      if (number === attempts) throw gaveUp(url, error);
      const asked = error instanceof PassingFailure ? error.retryAfter : undefined;
      await sleep(Math.min(longestWait, asked === undefined ? firstWait * 2 ** (number - 1) : asked * 1000), signal);
    }
  }
}

function gaveUp(url: string, error: unknown): ArtifactError {
  const why = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return new ArtifactError(
    'KB4311',
    `${url} failed ${attempts} times: ${why}${code}`,
    'look whether the registry can be reached from here; "insecure": true is for one that speaks http',
    error,
  );
}

/** An error of the file system: it has a system call that sockets do not have. */
function isOfThisMachine(error: unknown): boolean {
  const calls = ['open', 'write', 'rename', 'mkdir', 'chmod', 'fsync', 'close', 'unlink'];
  return (
    error instanceof Error &&
    'syscall' in error &&
    calls.includes(String(error.syscall)) &&
    !networkCodes.has(codeOf(error))
  );
}

/** `write` is a call of sockets as well. */
const networkCodes = new Set(['EPIPE', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'ENOTCONN']);

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

/**
 * Seconds of a `Retry-After` header, which holds seconds or a date; undefined when it holds neither.
 *
 * @param date the `Date` header: the clock of the server itself counts
 */
export function retryAfter(header: string | undefined, date: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) : (Date.parse(header) - Date.parse(date ?? '')) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
