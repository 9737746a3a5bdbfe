import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkProgram, elfArchitecture } from '../../src/archive/elf.ts';
import { scratch } from '../support/unpack.ts';
import { program } from './programs.ts';

const here = process.arch === 'x64' ? 'amd64' : 'arm64';
const other = here === 'amd64' ? 'arm64' : 'amd64';

describe('the ELF header of a program', () => {
  it.each([
    ['amd64', program('')],
    ['amd64', program('', { type: 3 })],
    ['arm64', program('', { machine: 183 })],
  ])('is that of one for %s', (architecture, bytes) => {
    expect(elfArchitecture(bytes)).toEqual({ architecture });
  });

  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['a script', Buffer.from('#!/bin/sh\necho hello\n')],
    ['a text file', Buffer.from('Not Found\n')],
    ['a text file', Buffer.from('naïve').subarray(0, 3)],
    ['a file of an unknown kind', Buffer.from([0, 1, 2, 3, 255])],
    ['a gzip file', Buffer.from('1f8b0800', 'hex')],
    ['a program for macOS', Buffer.from('cffaedfe07000001', 'hex')],
    ['a program for Windows', Buffer.from('MZ\x90\0')],
    ['a program that is cut off', program('').subarray(0, 40)],
    ['a program for 386', program('', { machine: 3, bits: 1 })],
    ['a program for arm (32 bit)', program('', { machine: 40, bits: 1 })],
    ['a program for ppc64le', program('', { machine: 21 })],
    ['a program for ppc64', program('', { machine: 21, order: 2 })],
    ['a program for s390x', program('', { machine: 22, order: 2 })],
    ['a program for riscv64', program('', { machine: 243 })],
    ['a program for x32 (amd64 with 32-bit pointers)', program('', { bits: 1 })],
    ['a program for arm64 with big-endian numbers', program('', { machine: 183, order: 2 })],
    ['a program for processor number 9999', program('', { machine: 9999 })],
    ['an object file, not a linked program', program('', { type: 1 })],
    ['a core dump, not a program', program('', { type: 4 })],
  ])('is none for a host: %s', (problem, bytes) => {
    expect(elfArchitecture(bytes)).toEqual({ problem });
  });

  it('is right for the program that runs this test', async () => {
    expect(await checkProgram(process.execPath, 'node', here)).toBeUndefined();
  });

  it('KB4016: the program that runs this test is none for another processor', async () => {
    const error = await checkProgram(process.execPath, 'node', other);
    expect(error?.code).toBe('KB4016');
    expect(error?.message).toBe(
      `${process.execPath} is a program for ${here}, and node has to be a Linux program for ${other}`,
    );
    expect(error?.hint).toContain(`linux/${other}`);
  });

  it('KB4016: a text file is no program', async () => {
    const file = join(scratch('elf'), 'kubelet');
    writeFileSync(file, 'hello\n');
    const error = await checkProgram(file, 'kubelet', 'amd64');
    expect(error?.code).toBe('KB4016');
    expect(error?.message).toContain(`${file} is a text file, and kubelet`);
  });
});
