#!/usr/bin/env node
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Interruption, type Output, type Terminal } from './terminal.ts';

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
