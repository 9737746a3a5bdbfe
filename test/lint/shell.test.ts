import { describe, expect, test } from 'vitest';
import { printFindings } from './finding.ts';
import { byCode, lintScripts, unexplainedDisables } from './shell.ts';

const header = '#!/usr/bin/env bash\nset -euo pipefail\n';

async function rulesIn(text: string): Promise<readonly string[]> {
  return (await lintScripts([{ path: 'a.sh', text }])).map((one) => one.rule);
}

describe('lintScripts', () => {
  test('accepts a script and the library that it sources', async () => {
    const library = '# shellcheck shell=bash\nsay() {\n  printf \'%s\\n\' "$1"\n}\n';
    const script = `${header}# shellcheck source=../lib/say.sh\n. "\${BASH_SOURCE[0]%/*}/../lib/say.sh"\nsay hello\n`;
    const found = await lintScripts([
      { path: 'one/lib/say.sh', text: library },
      { path: 'one/etcd/start.sh', text: script },
      { path: 'two/lib/say.sh', text: library },
      { path: 'two/etcd/start.sh', text: script },
      { path: 'one/README.md', text: 'wait -n "' },
    ]);
    expect(printFindings(found)).toBe('');
  });

  test.each([
    ['bash -n', `${header}if true; then\n`],
    ['SC2086', `${header}x=$1\necho $x\n`],
    ['shfmt', `${header}if true; then\n    echo x\nfi\n`],
    ['bash42/wait', `${header}wait -n\n`],
    ['disable-without-reason', `${header}# shellcheck disable=SC2086\necho $1\n`],
  ])('%s', async (rule, text) => {
    expect(await rulesIn(text)).toContain(rule);
  });

  test('looks at equal texts once, and says where', async () => {
    const text = `${header}x=$1\necho $x\n`;
    const found = await lintScripts([
      { path: 'one/a.sh', text },
      { path: 'two/a.sh', text },
    ]);
    expect(found).toMatchObject([{ file: 'one/a.sh', line: 4, rule: 'SC2086' }]);
  });

  test('knows a script by its first line too, and needs none', async () => {
    expect((await lintScripts([{ path: 'run', text: `${header}wait -n\n` }])).length).toBe(1);
    expect(await lintScripts([])).toEqual([]);
  });
});

describe('a disabled check says why', () => {
  test.each([
    '# shellcheck disable=SC2086 # words are wanted',
    '# The words are wanted here.\n# shellcheck disable=SC2086',
    '  # shellcheck source=x.sh disable=SC1091 # not there yet',
    '# shellcheck source=x.sh',
    'echo "# shellcheck disable=SC2086"',
  ])('%j', (text) => {
    expect(unexplainedDisables(text, 'a.sh')).toEqual([]);
  });

  test.each([
    '# shellcheck disable=SC2086',
    '#!/bin/bash\n# shellcheck disable=SC2086',
    '# shellcheck shell=bash\n# shellcheck disable=SC2086',
    'echo x # why\n# shellcheck disable=SC2086',
    '# shellcheck disable=SC2086 #',
  ])('not %j', (text) => {
    expect(unexplainedDisables(text, 'a.sh')).toHaveLength(1);
  });
});

describe('byCode', () => {
  const script = (host: string, list: string, code: string): string =>
    `${header}readonly KB_HOST=${host}\nreadonly -a KB_LIST=(\n${list})\n\n. lib.sh\n${code}`;

  test('scripts that differ in data alone are looked at with their libraries once', () => {
    const scripts = [
      { path: '0/one/a.sh', text: script('one', '  x\n', 'main\n') },
      { path: '0/two/a.sh', text: script('two', '  y\n  z\n', 'main\n') },
      { path: '0/two/b.sh', text: script('two', '  y\n', 'main\n') },
      { path: '1/one/a.sh', text: script('one', '  x\n', 'other_main\n') },
      { path: '2/one/a.sh', text: script('one', '  x\n', 'main\nreadonly KB_MORE=1\n') },
    ];
    expect(byCode(scripts)).toEqual({
      first: ['0/one/a.sh', '0/two/b.sh', '1/one/a.sh', '2/one/a.sh'],
      others: ['0/two/a.sh'],
    });
  });
});
