import type { Architecture } from '../../../model/types.ts';

/** Where the file is mapped: the usual place of a program that is not position-independent. */
const base = 0x400000;
const headerLength = 64;
const segmentLength = 56;

/** e_machine of elf.h. */
const machine: Readonly<Record<Architecture, number>> = { amd64: 62, arm64: 183 };

const code: Readonly<Record<Architecture, Buffer>> = {
  amd64: Buffer.from([
    ...[0xb8, 0x22, 0x00, 0x00, 0x00], // mov eax, 34: the number of pause(2)
    ...[0x0f, 0x05], //                   syscall: sleeps until a signal comes
    ...[0xeb, 0xf7], //                   jmp -9: to the first instruction, after a signal that did not end it
  ]),
  arm64: words([
    0xd2800000, // mov x0, #0: no file descriptors
    0xd2800001, // mov x1, #0: how many of them
    0xd2800002, // mov x2, #0: no timeout
    0xd2800003, // mov x3, #0: no signal mask
    0xd2800928, // mov x8, #73: the number of ppoll(2), for arm64 has no pause(2)
    0xd4000001, // svc #0: sleeps until a signal comes
    0x17fffffa, // b -24: to the first instruction
  ]),
};

/**
 * A static Linux program, in less than 200 bytes, that sleeps for ever and takes no processor time. Signals have their
 * default action, so SIGTERM ends it; as PID 1 of a container it is not ended by one, for the kernel ignores default
 * actions there, and docker stop kills it after its time. The real pause of 2016 (Kubernetes 1.3, build/pause) was the
 * same in that.
 */
export function pauseProgram(architecture: Architecture): Buffer {
  const instructions = code[architecture];
  const start = headerLength + segmentLength;
  const length = start + instructions.length;

  const header = Buffer.alloc(headerLength);
  header.write('\x7fELF', 0, 'latin1');
  header[4] = 2; // 64 bits
  header[5] = 1; // the lowest byte first
  header[6] = 1; // version of the format
  header.writeUInt16LE(2, 16); // e_type: a program at a fixed address
  header.writeUInt16LE(machine[architecture], 18);
  header.writeUInt32LE(1, 20); // e_version
  header.writeBigUInt64LE(BigInt(base + start), 24); // e_entry
  header.writeBigUInt64LE(BigInt(headerLength), 32); // e_phoff: the segments follow at once
  header.writeUInt16LE(headerLength, 52); // e_ehsize
  header.writeUInt16LE(segmentLength, 54); // e_phentsize
  header.writeUInt16LE(1, 56); // e_phnum
  header.writeUInt16LE(64, 58); // e_shentsize; there are no sections

  const segment = Buffer.alloc(segmentLength);
  segment.writeUInt32LE(1, 0); // p_type: to be loaded
  segment.writeUInt32LE(5, 4); // p_flags: read and execute
  segment.writeBigUInt64LE(0n, 8); // p_offset: the whole file, so that both begin on a page
  segment.writeBigUInt64LE(BigInt(base), 16); // p_vaddr
  segment.writeBigUInt64LE(BigInt(base), 24); // p_paddr
  segment.writeBigUInt64LE(BigInt(length), 32); // p_filesz
  segment.writeBigUInt64LE(BigInt(length), 40); // p_memsz
  segment.writeBigUInt64LE(0x10000n, 48); // p_align: the largest page that arm64 may have
  return Buffer.concat([header, segment, instructions]);
}

function words(list: readonly number[]): Buffer {
  const bytes = Buffer.alloc(list.length * 4);
  for (const [index, word] of list.entries()) bytes.writeUInt32LE(word, index * 4);
  return bytes;
}
