import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { DurableLog } from './durable-log.ts';
import type { Settings } from './settings.ts';
import { readSnapshot, type Snapshot } from './snapshots.ts';

/** The start is refused; the text is what the real one says last. */
export class StartRefused extends Error {}

const logName = `${'0'.repeat(16)}-${'0'.repeat(16)}.wal`;

/** What is in the data folder; undefined when no member lives there yet. */
export function openData(
  settings: Settings,
): { readonly log: DurableLog; readonly snapshot: Snapshot | undefined } | undefined {
  const path = join(settings.walDir, logName);
  if (!fs.existsSync(settings.walDir) || fs.readdirSync(settings.walDir).length === 0) return undefined;
  if (!fs.existsSync(path)) throw new StartRefused('open wal error: wal: file not found');
  return { log: DurableLog.load(path), snapshot: readSnapshot(snapFolder(settings)) };
}

/** Begins the log of a new member; the folders are made (mode 0700) when they are missing. */
export function createData(settings: Settings, member: string, cluster: string): DurableLog {
  for (const folder of [settings.walDir, snapFolder(settings)]) fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const header = { standIn: 'etcd', member, cluster, baseIndex: 0, baseTerm: 0 } as const;
  return DurableLog.create(join(settings.walDir, logName), header);
}

export function snapFolder(settings: Settings): string {
  return join(settings.dataDir, 'member', 'snap');
}

/**
 * Takes the data folder for this process alone, until it ends in whatever way. Node has no flock, so the lock is an
 * abstract socket named after the folder's inode: it holds among the programs of one network namespace. Throws
 * StartRefused when another process has it (pkg/fileutil ErrLocked).
 */
export async function lockData(settings: Settings): Promise<Server> {
  fs.mkdirSync(settings.dataDir, { recursive: true, mode: 0o700 });
  fs.accessSync(settings.dataDir, fs.constants.W_OK);
  const { dev, ino } = fs.statSync(settings.dataDir);
  const name = createHash('sha256').update(`${dev} ${ino}`).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', () => reject(new StartRefused('open wal error: file already locked')));
    server.listen(`\0kubebale-etcd-${name}`, resolve);
  });
  server.unref();
  return server;
}
