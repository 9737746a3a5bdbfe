// Writes src/spec/cluster-spec.generated.ts from the schema; with --check only compares, and fails on drift.
import { readFile, writeFile } from 'node:fs/promises';
import { compile } from 'json-schema-to-typescript';

const target = new URL('../../src/spec/cluster-spec.generated.ts', import.meta.url);
const schema = JSON.parse(await readFile(new URL('../../schema/v1/cluster.schema.json', import.meta.url), 'utf8'));
const text = await compile(schema, 'ClusterSpec', {
  additionalProperties: false,
  bannerComment: '// Generated from schema/v1/cluster.schema.json by `npm run types`: change the schema instead.',
  ignoreMinAndMaxItems: true,
  style: { singleQuote: true, printWidth: 120 },
});

if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    console.error('src/spec/cluster-spec.generated.ts is not what the schema says: run npm run types');
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
