import { defineConfig } from 'vite';

/** All stand-ins of a rehearsal in one file, which a host runs with nothing but Node.js beside it. */
export default defineConfig({
  build: {
    ssr: 'src/lab/stand-ins/main.ts',
    outDir: 'dist/lab',
    emptyOutDir: false,
    target: 'node20.19',
    minify: false,
    rollupOptions: { output: { entryFileNames: 'stand-in.js', codeSplitting: false } },
  },
  ssr: { noExternal: true },
});
