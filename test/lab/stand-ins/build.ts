import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '..', '..', '..');

/** Beside what else is made and thrown away again: git does not see it. */
const cache = join(root, 'node_modules', '.cache', 'kubebale-stand-in');

let built: Promise<string> | undefined;

/**
 * The path of a stand-in.js made from the source, in a folder laid out as the package is (dist/lab/stand-in.js finds
 * the flag catalogue beside it under src/). It is made once for each state of the source, whatever number of test
 * files and runs asks for it at once.
 */
export function standIn(): Promise<string> {
  built ??= buildOnce();
  return built;
}

async function buildOnce(): Promise<string> {
  const home = join(cache, digestOfSource());
  const file = join(home, 'dist', 'lab', 'stand-in.js');
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  removeOld();
  const scratch = mkdtempSync(join(cache, 'building-'));
  try {
    await build({
      root,
      configFile: false,
      logLevel: 'error',
      build: {
        ssr: 'src/lab/stand-ins/main.ts',
        outDir: join(scratch, 'dist', 'lab'),
        target: 'node20.19',
        minify: false,
        rollupOptions: { output: { entryFileNames: 'stand-in.js', codeSplitting: false } },
      },
      ssr: { noExternal: true },
    });
    cpSync(join(root, 'src/catalog/data'), join(scratch, 'src/catalog/data'), { recursive: true });
    // For Node to take .js for a module, as the package's own package.json makes it.
    cpSync(join(root, 'package.json'), join(scratch, 'package.json'));
    if (!existsSync(home)) renameSync(scratch, home);
  } catch (error) {
    // Another worker may have been faster with the same source.
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return file;
}

/** Builds of a source of yesterday: nobody runs them any more. */
function removeOld(): void {
  for (const name of readdirSync(cache)) {
    const folder = join(cache, name);
    const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > 86_400_000) rmSync(folder, { recursive: true, force: true });
  }
}

function digestOfSource(): string {
  const hash = createHash('sha256');
  for (const folder of ['src/lab/stand-ins', 'src/catalog', 'src/release']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).toSorted()) {
      if (/\.(ts|json)$/.test(name)) hash.update(`${name}\0`).update(readFileSync(join(root, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
