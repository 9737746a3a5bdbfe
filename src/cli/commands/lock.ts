import { openCache } from '../cache-folder.ts';
import type { Command } from '../command.ts';
import { lockingOptions, writeLockOf } from '../locking.ts';
import { specOptions } from '../options.ts';

/** `kubebale lock SPEC --artifacts DIR`: the lock from files that are here; no network. */
export const lock: Command = {
  name: 'lock',
  positional: '<SPEC>',
  positionalOptions: specOptions.positional,
  summary: 'Record what the programs and images are, from files that are here',
  options: lockingOptions,
  examples: [
    ['kubebale lock … --artifacts DIR', 'Check what is in DIR, and write the lock'],
    ['kubebale lock … --trust-first-use', 'Accept hashes that nobody published'],
  ],
  epilogue:
    'The lock is cluster.lock.json beside SPEC. DIR holds official archives under\ntheir names, or programs (etcd, kubelet, …), and images as docker save writes\nthem (pause.tar); kubebale fetch --dry-run lists them. No network is used.',
  run: async (args, terminal) => {
    const cache = await openCache(terminal, false);
    return writeLockOf(args, terminal, cache.folder, undefined);
  },
};
