#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { Interruption, type Output, type Terminal } from './terminal.ts';

// Most runs are over before optimised code has paid for the threads that make it (a third of the processor time of a
// hundred hosts); what computes longer gets it. Time that passes does not count: other work may have had it.
setFlagsFromString('--no-opt');
const watch = setInterval(() => {
  if (process.cpuUsage().user < 2_000_000) return;
  setFlagsFromString('--opt');
  clearInterval(watch);
}, 500).unref();

const abort = new AbortController();

/** The first signal asks for an orderly end; whoever sends a second one does not want to wait. */
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    const reason = new Interruption(name);
    if (abort.signal.aborted) process.exit(reason.exitCode);
    abort.abort(reason);
  });
}

const terminal: Terminal = {
  env: process.env,
  cwd: currentFolder(),
  stdin: readStdin,
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
  out: output(process.stdout),
  err: output(process.stderr),
  signal: abort.signal,
};

// Loaded only now, so that a signal that comes while it loads finds its handler.
const { run } = await import('./run.ts');
const exitCode = await run(process.argv.slice(2), terminal);
// An output that could not be written has its say already.
process.exitCode ||= exitCode;

function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    process.stderr.write('kubebale: the current folder does not exist any more\n');
    process.exit(2);
  }
}

async function readStdin(): Promise<Uint8Array> {
  try {
    return await buffer(addAbortSignal(abort.signal, process.stdin));
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  }
}

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // A terminal's Ctrl-C comes as a key while there is a question, and would only end the question.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    // At the end of the input (Ctrl-D) the question itself would never settle.
    const end = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    return await Promise.race([lines.question(question, { signal: abort.signal }), end]);
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    lines.close();
  }
}

function output(stream: NodeJS.WriteStream): Output {
  let closed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader, such as head, has seen enough.
    if (!closed && error.code !== 'EPIPE') {
      process.exitCode = 2;
      if (stream !== process.stderr) process.stderr.write(`kubebale: cannot write the output: ${error.message}\n`);
    }
    closed = true;
  });
  return {
    write: (text) => {
      if (!closed && text !== '') stream.write(text);
    },
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
  };
}
