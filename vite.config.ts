import { defineConfig } from 'vite';
import { precompiled } from './test/tools/precompile.ts';

/**
 * The command line in one file, written over what tsc made of src/cli/main.ts: loading some six hundred files takes
 * more processor time than compiling a cluster. It lies where main.js lay, so that paths from it stay right.
 */
export default defineConfig({
  plugins: [precompiled()],
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist/cli',
    emptyOutDir: false,
    target: 'node20.19',
    minify: false,
    rollupOptions: {
      output: { entryFileNames: 'main.js', chunkFileNames: 'main-[name].js' },
      // Compiling the schema takes its time.
      checks: { pluginTimings: false },
    },
  },
  // An XML writer that the bill of materials' library looks for, and does without.
  ssr: { noExternal: true, external: ['xmlbuilder2'] },
});
