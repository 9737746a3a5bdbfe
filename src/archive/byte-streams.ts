export type Bytes = AsyncIterable<Uint8Array>;

/** What Node's streams and those of tar-stream have in common for who writes into them. */
interface Sink {
  readonly destroyed: boolean;
  write(chunk: Uint8Array): boolean;
  end(chunk: null): unknown;
  destroy(error?: Error): unknown;
  on(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
}

/**
 * Write bytes into a stream, no faster than it takes them, and end it. Their source's error destroys the stream with
 * that error, so that who reads the stream gets it; this function itself never fails. A stream that was destroyed meanwhile
 * ends the writing.
 */
export async function feed(bytes: Bytes, target: Sink): Promise<void> {
  try {
    for await (const chunk of bytes) {
      if (target.destroyed) return;
      if (!target.write(chunk)) await roomIn(target);
    }
    target.end(null);
  } catch (error) {
    target.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Until the stream takes more, or never will. */
function roomIn(target: Sink): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      target.off('drain', done);
      target.off('close', done);
      resolve();
    };
    target.on('drain', done);
    target.on('close', done);
  });
}

/** The first bytes, at least `length` of them if there are so many, and everything again from the first byte on. */
export async function peek(bytes: Bytes, length: number): Promise<{ readonly head: Buffer; readonly bytes: Bytes }> {
  const iterator = bytes[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  let size = 0;
  while (size < length) {
    const next = await iterator.next();
    if (next.done) break;
    held.push(next.value);
    size += next.value.length;
  }
  return { head: Buffer.concat(held), bytes: { [Symbol.asyncIterator]: () => replay(held, iterator) } };
}

// No generator: one that was never started does not close its source.
function replay(held: Uint8Array[], iterator: AsyncIterator<Uint8Array>): AsyncIterator<Uint8Array> {
  return {
    next: async () => {
      const value = held.shift();
      return value ? { value, done: false } : iterator.next();
    },
    return: async () => {
      await iterator.return?.();
      return { value: undefined, done: true };
    },
  };
}

/** Read bytes to their end, for the errors that only come there. */
export async function drain(bytes: Bytes): Promise<void> {
  for await (const _ of bytes);
}

/** Give up bytes that are not read to their end, after an error. */
export async function abandon(bytes: Bytes): Promise<void> {
  await bytes[Symbol.asyncIterator]().return?.();
}
