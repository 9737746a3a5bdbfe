import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ran } from './fake-terminal.ts';

const cwd = mkdtempSync(join(tmpdir(), 'kubebale-usage-'));
const guide = readFileSync(new URL('../../examples/guide/cluster.json', import.meta.url), 'utf8');
writeFileSync(join(cwd, 'cluster.json'), guide);
mkdirSync(join(cwd, 'empty'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('a wrong command line or environment ends with 2 and says what to do', () => {
  it.each<[string[], RegExp, RegExp]>([
    [['chekc', 'cluster.json'], /no command chekc/, /did you mean check\?/],
    [['frobnicate'], /no command frobnicate/, /kubebale --help/],
    [['--bogus'], /./, /kubebale --help/],
    [['check'], /check needs a SPEC/, /check --help/],
    [['check', 'cluster.json', 'b'], /second argument: b/, /check --help/],
    [['check', 'cluster.json', '--strcit'], /check has no option --strcit/, /did you mean --strict\?/],
    [['compile', 'cluster.json', '--script-only'], /no option --script-only/, /did you mean --scripts-only\?/],
    [['compile', 'cluster.json', '--artefacts=x'], /no option --artefacts/, /did you mean --artifacts\?/],
    [['check', 'cluster.json', '-x'], /no option -x/, /check --help/],
    [['check', 'cluster.json', '--format', 'jsn'], /--format does not know "jsn"/, /did you mean json\?/],
    [['check', 'cluster.json', '--format', 'yaml'], /does not know "yaml"/, /text, json, github/],
    [['check', 'cluster.json', '--format'], /--format needs a value/, /check --help/],
    [['compile', 'cluster.json', '--out', 'a', '--out', 'b'], /--out is given more than once/, /keep one/],
    [['compile', 'cluster.json', '--out='], /--out needs a value/, /./],
    [
      ['compile', 'cluster.json', '--artifacts', 'nowhere'],
      /artifacts folder .*nowhere: it does not exist/s,
      /--artifacts/,
    ],
    [
      ['compile', 'cluster.json', '--scripts-only', '--host', 'sandbox-33'],
      /no host sandbox-33/,
      /did you mean sandbox-3\?/,
    ],
    [['compile', 'cluster.json', '--scripts-only', '--host', 'x'], /no host x/, /sandbox-1, sandbox-2, sandbox-3/],
    [['compile', 'cluster.json', '--scripts-only', '--out', 'cluster.json'], /KB4005: a file is in the way/, /--out/],
    [['check', 'clutser.json'], /no file clutser.json/, /did you mean cluster.json\?/],
    [['check', 'nowhere/at-all.json'], /no file nowhere/, /kubebale init/],
    [['check', 'cluster.json/x'], /part of the path is a file/, /./],
    [['check', '.'], /\. is a folder/, /did you mean cluster.json\?/],
    [['check', 'empty'], /empty is a folder/, /kubebale init/],
    [['check', ''], /SPEC is empty/, /standard input/],
    [['explain', 'KB0000'], /no code KB0000/, /./],
    [['init'], /cluster.json exists already/, /kubebale init DIR/],
    [['init', '/proc/kubebale/x'], /cannot write to .proc.kubebale.x/, /folder/],
  ])('%j', async (args, message, cure) => {
    const { code, out, err } = await ran(args, { cwd });
    const text = err.replace(/\s+/g, ' ');
    expect(text).toMatch(message);
    expect(text).toMatch(cure);
    expect([code, out]).toEqual([2, '']);
  });

  it.each(['x', '-1', '1.5', '99999999999', ' 1', '0x10'])('SOURCE_DATE_EPOCH=%j', async (epoch) => {
    const args = ['compile', 'cluster.json', '--scripts-only'];
    const { code, err } = await ran(args, { cwd, env: { SOURCE_DATE_EPOCH: epoch } });
    expect(err).toMatch(/SOURCE_DATE_EPOCH/);
    expect(code).toBe(2);
  });
});
