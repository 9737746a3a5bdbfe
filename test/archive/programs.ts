/** The head of an ELF program, followed by text that tells it from others. */
export function program(text: string, { machine = 62, type = 2, bits = 2, order = 1 } = {}): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head[4] = bits;
  head[5] = order;
  head[6] = 1;
  if (order === 1) {
    head.writeUInt16LE(type, 16);
    head.writeUInt16LE(machine, 18);
  } else {
    head.writeUInt16BE(type, 16);
    head.writeUInt16BE(machine, 18);
  }
  return Buffer.concat([head, Buffer.from(text)]);
}
