// archive.mjs FOLDER TARGET COUNT: what a program does that uses archiver as it comes: one tar.gz after the other.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TarArchive } from 'archiver';

const [folder, target, count] = process.argv.slice(2);
for (let host = 1; host <= Number(count); host++) {
  const archive = new TarArchive({ gzip: true });
  archive.directory(folder, false);
  const done = pipeline(archive, createWriteStream(join(target, `${host}.tar.gz`)));
  await archive.finalize();
  await done;
}
