// Writes docs/specification.md from the schema; with --check only compares, and fails on drift.
import { readFile, writeFile } from 'node:fs/promises';

const target = new URL('../../docs/specification.md', import.meta.url);
const schema = JSON.parse(await readFile(new URL('../../schema/v1/cluster.schema.json', import.meta.url), 'utf8'));

/** The keyword on the schema itself, or on the definition that it refers to. */
function of(node, keyword) {
  return node[keyword] ?? (node.$ref ? of(schema.$defs[node.$ref.split('/').pop()], keyword) : undefined);
}

function typeOf(node) {
  const values = of(node, 'enum');
  if (values) return values.map((value) => `\`${value}\``).join(', ');
  const variants = of(node, 'anyOf');
  if (variants) return variants.map(typeOf).join(' or ');
  if ('const' in node) return `\`${JSON.stringify(node.const)}\``;
  const type = of(node, 'type');
  if (type === 'array') return `list of ${typeOf(of(node, 'items'))}`;
  return Array.isArray(type) ? type.join(', ') : (type ?? 'any');
}

function rows(node, path) {
  return Object.entries(of(node, 'properties') ?? {})
    .filter(([key]) => !key.startsWith('$'))
    .flatMap(([key, child]) => {
      const here = path === '' ? key : `${path}.${key}`;
      const value = of(child, 'default');
      const shown = value === undefined || JSON.stringify(value) === '{}' ? '' : `\`${JSON.stringify(value)}\``;
      const cells = [`\`${here}\``, typeOf(child), shown, of(child, 'description') ?? ''];
      const items = of(child, 'type') === 'array' ? of(child, 'items') : undefined;
      return [
        `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
        ...rows(items ?? child, items ? `${here}[]` : here),
      ];
    });
}

const text = `# The specification, key by key

Generated from \`schema/v1/cluster.schema.json\` by \`npm run docs\`: change the schema instead. \`kubebale init\` puts the
schema beside a starter, and an editor that reads \`$schema\` completes and explains each key. Every object may hold
a \`"$comment"\`, for JSON has no other comments.

| key | type | default | meaning |
|---|---|---|---|
${rows(schema, '').join('\n')}
`;

if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8').catch(() => '')) !== text) {
    console.error('docs/specification.md is not what the schema says: run npm run docs');
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
