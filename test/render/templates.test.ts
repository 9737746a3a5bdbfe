import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { templateValue } from '../../src/render/template-values.ts';
import { lintTemplate } from '../lint/templates.ts';

const root = fileURLToPath(new URL('../../templates/', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.hbs'));

describe('the lint of templates', () => {
  it.each(files)('%s prints words only where bash reads words', (file) => {
    expect(lintTemplate(readFileSync(join(root, file), 'utf8'), file.endsWith('.md.hbs') ? 'text' : 'shell')).toEqual(
      [],
    );
  });

  it.each([
    ['{{{raw}}}', 'prints without quoting'],
    ['{{&raw}}', 'prints without quoting'],
    ['echo "{{word}}"', 'inside quotes'],
    ["echo '{{word}}'", 'inside quotes'],
    ['echo "a\n{{word}}"', 'inside quotes'],
    ['# {{word}}', 'inside a comment'],
    ['echo ok # {{word}}', 'inside a comment'],
    ['cat <<END\n{{word}}\nEND', 'inside a here document'],
    ["cat <<-'END'\n\t{{#each list}}{{this}}{{/each}}\nEND", 'inside a here document'],
    ['echo $(( {{word}} ))', 'inside an expansion'],
    ['echo "$(echo {{word}})"', 'inside quotes'],
    ['echo ${x:-{{word}} }', 'inside an expansion'],
    ['{{log}}', 'is a helper of Handlebars'],
    ['{{#each list}}{{lookup this}}{{/each}}', 'is a helper of Handlebars'],
  ])('finds fault with %j', (template, fault) => {
    expect(lintTemplate(template, 'shell').join('\n')).toContain(fault);
  });

  it.each([
    'X={{word}}',
    '# fine\n{{word}} "a" # b',
    "echo 'it''s' {{word}}",
    'echo \\" {{word}}',
    '{{#if yes}}a{{/if}}',
    'echo a#b {{word}}',
  ])('accepts %j', (template) => {
    expect(lintTemplate(template, 'shell')).toEqual([]);
  });
});

describe('template values', () => {
  const print = (value: unknown): string => {
    if (typeof value !== 'object' || value === null || !('toHTML' in value) || typeof value.toHTML !== 'function')
      throw new Error('cannot be printed');
    return String(value.toHTML());
  };

  it('print texts and numbers as quoted words', () => {
    expect(print(templateValue('a b'))).toBe("'a b'");
    expect(print(templateValue(8080))).toBe('8080');
  });

  it.each([[['a']], [{ a: 'b' }]])('throw when %j is printed whole', (value) => {
    expect(() => print(templateValue(value))).toThrow('cannot print it as a word');
  });

  it.each([null, undefined])('throw on %s', (value) => {
    expect(() => templateValue({ a: [value as unknown as string] })).toThrow('context.a[0]');
  });
});
