import { setTimeout as pause } from 'node:timers/promises';
import type { CatalogComponent } from '../../../release/types.ts';
import { parseCommandLine, sayRefusal } from '../command-line.ts';
import { acceptOnly, type Handler, ListenError, type Listening, sendText, serve, stopSignal } from '../http-server.ts';
import { glog, writeError } from '../log.ts';
import type { Flags, Invocation } from '../types.ts';

/** Ends the program with a code from wherever it is; what there is to say was said. */
export class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Writes glog's fatal line and ends the program with 255 (glog.Fatal). */
export function fatal(place: string, message: string): Exit {
  return new Exit(glog.fatal(place, message));
}

/** How a program says that it could not listen, and after how many milliseconds it tries again. */
export interface Trouble {
  readonly place: string;
  readonly words: (error: string) => string;
  readonly again: number;
}

/** What kubelet and kube-proxy say when the port of their health is taken (wait.Until, five seconds). */
export const healthTrouble: Trouble = {
  place: 'server.go:369',
  words: (error) => `Starting health server failed: ${error}`,
  again: 5000,
};

/** A running program of Kubernetes: what it was started with, and ways to work until it is told to stop. */
export interface Daemon {
  readonly release: string;
  readonly flags: Flags;
  /** Serves HTTP; a port that is taken ends the program with glog.Fatal's line and code. */
  readonly serve: (place: string, host: string, port: number, handler: Handler) => Promise<void>;
  /** Takes connections and says nothing, for a port on which the real one speaks TLS; ends the program as serve does. */
  readonly accept: (place: string, host: string, port: number) => Promise<void>;
  /** Serves HTTP, or takes connections only; a port that is taken is said in the log and tried again. */
  readonly serveWhenFree: (trouble: Trouble, host: string, port: number, handler?: Handler) => void;
  /** Does something again and again, so long after it was done; `job` may end the program by throwing Exit. */
  readonly every: (milliseconds: number, job: () => Promise<void>) => void;
}

/**
 * Runs a daemon of Kubernetes: reads its command line, starts it, and resolves to its exit code. None of the programs
 * of 1.3 to 1.5 catches SIGTERM: it ends them, which a shell reports as 128 + 15.
 */
export async function runDaemon(
  component: CatalogComponent,
  { release, argv }: Invocation,
  start: (daemon: Daemon) => Promise<void>,
): Promise<number> {
  const parsed = parseCommandLine(component, release, argv);
  if ('refusal' in parsed) return sayRefusal(parsed);
  for (const warning of parsed.warnings) writeError(warning);
  const listening: Listening[] = [];
  const stopped = stopSignal().then((signal) => (signal === 'SIGINT' ? 130 : 143));
  const failed = new Promise<number>((resolve) => {
    const ended = (error: unknown): void => resolve(codeOf(error, component));
    const opened = async (place: string, opening: Promise<Listening>): Promise<void> => {
      try {
        listening.push(await opening);
      } catch (error) {
        throw error instanceof ListenError ? fatal(place, error.message) : error;
      }
    };
    const daemon: Daemon = {
      release,
      flags: parsed.flags,
      serve: (place, host, port, handler) => opened(place, serve(host, port, handler)),
      accept: (place, host, port) => opened(place, acceptOnly(host, port)),
      serveWhenFree: (trouble, host, port, handler) => {
        void whenFree(trouble, () => (handler ? serve(host, port, handler) : acceptOnly(host, port))).then(
          (opened) => listening.push(opened),
          ended,
        );
      },
      every: (milliseconds, job) => {
        void forever(milliseconds, job).catch(ended);
      },
    };
    start(daemon).catch(ended);
  });
  const code = await Promise.race([stopped, failed]);
  await Promise.all(listening.map((one) => one.close()));
  return code;
}

/** Answers /healthz with "ok", anything else with 404: what the ports of the small daemons have of use here. */
export const healthzOnly: Handler = ({ url, response }) => {
  if (/^\/healthz(\/ping)?$/.test(url.pathname)) sendText(response, 200, 'ok');
  else sendText(response, 404, '404 page not found\n');
};

async function whenFree(trouble: Trouble, open: () => Promise<Listening>): Promise<Listening> {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      glog.error(trouble.place, trouble.words(error.message));
      await pause(trouble.again);
    }
  }
}

async function forever(milliseconds: number, job: () => Promise<void>): Promise<never> {
  for (;;) {
    await job();
    await pause(milliseconds);
  }
}

function codeOf(error: unknown, component: string): number {
  if (error instanceof Exit) return error.code;
  // A bug of the stand-in: said in a line, for a stack trace would pass for a crash of the real program.
  writeError(`${component}: stand-in: ${error instanceof Error ? error.message : String(error)}\n`);
  return 70;
}
