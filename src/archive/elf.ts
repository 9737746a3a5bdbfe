import { open } from 'node:fs/promises';
import { ArtifactError } from '../artifacts/artifact-error.ts';
import type { Architecture } from '../model/types.ts';

/** How much of a file `elfArchitecture` looks at, bytes. */
export const elfHeadLength = 64;

/** e_machine of elf.h, for the processors that Kubernetes and docker were built for. */
const machines: Readonly<Record<number, string>> = {
  3: '386',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm (32 bit)',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loongarch64',
};

/** e_type of elf.h, for what cannot be started. */
const notLinked: Readonly<Record<number, string>> = {
  1: 'an object file, not a linked program',
  4: 'a core dump, not a program',
};

/**
 * Which host architecture a program is for.
 *
 * @param firstBytes the first 64 bytes of the file, or all when it has fewer
 * @returns the architecture, or what the file is instead, to be read after "is"
 */
export function elfArchitecture(firstBytes: Uint8Array): { architecture: Architecture } | { problem: string } {
  const bytes = Buffer.from(firstBytes.buffer, firstBytes.byteOffset, firstBytes.length);
  if (bytes.toString('latin1', 0, 4) !== '\x7fELF') return { problem: otherFile(bytes) };
  if (bytes.length < elfHeadLength) return { problem: 'a program that is cut off' };
  const bits = bytes[4] === 2 ? 64 : 32;
  const little = bytes[5] !== 2;
  const type = little ? bytes.readUInt16LE(16) : bytes.readUInt16BE(16);
  const machine = little ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18);
  const name = machines[machine] ?? `processor number ${machine}`;
  const fits = bits === 64 && little;
  if (!fits || (name !== 'amd64' && name !== 'arm64'))
    return { problem: `a program for ${foreign(name, bits, little)}` };
  if (type !== 2 && type !== 3) return { problem: notLinked[type] ?? `an ELF file of type ${type}, not a program` };
  return { architecture: name };
}

/** The processor as Go's builds call it, with what sets it apart from the usual one of that name. */
function foreign(name: string, bits: number, little: boolean): string {
  if (name === 'ppc64' && little) return 'ppc64le';
  if (name === 'amd64' && bits === 32) return 'x32 (amd64 with 32-bit pointers)';
  if ((name === 'amd64' || name === 'arm64') && !little) return `${name} with big-endian numbers`;
  return name === 'arm64' && bits === 32 ? 'arm64 with 32-bit pointers' : name;
}

function otherFile(bytes: Buffer): string {
  if (bytes.length === 0) return 'an empty file';
  if (bytes.toString('latin1', 0, 2) === '#!') return 'a script';
  const hex = bytes.toString('hex', 0, 4);
  if (['feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe'].includes(hex)) return 'a program for macOS';
  if (hex.startsWith('4d5a')) return 'a program for Windows';
  if (hex.startsWith('1f8b')) return 'a gzip file';
  // Half a character may stand at the end of the piece.
  const isText = /^[\t\n\r\x20-\x7e\u00a0-\ud7ff\ue000-\ufffc]*\ufffd?$/.test(bytes.toString('utf8'));
  return isText ? 'a text file' : 'a file of an unknown kind';
}

/**
 * See that a file is a program for hosts of an architecture. Only its head is read.
 *
 * @param name the program it has to be, for the message
 * @returns KB4016 when it is not, undefined when it is
 * @throws the file system's error when it cannot be read
 */
export async function checkProgram(
  file: string,
  name: string,
  architecture: Architecture,
): Promise<ArtifactError | undefined> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(elfHeadLength), 0, elfHeadLength, 0);
    const verdict = elfArchitecture(buffer.subarray(0, bytesRead));
    if ('architecture' in verdict && verdict.architecture === architecture) return undefined;
    const is = 'problem' in verdict ? verdict.problem : `a program for ${verdict.architecture}`;
    return new ArtifactError(
      'KB4016',
      `${file} is ${is}, and ${name} has to be a Linux program for ${architecture}`,
      `give the ${name} that was built for linux/${architecture}`,
    );
  } finally {
    await handle.close();
  }
}
