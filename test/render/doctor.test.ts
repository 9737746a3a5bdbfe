import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundlesOf, guideText, host, minimal, textsOf } from '../support/specs.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'templates/lib/checks');
const checks = readdirSync(folder).map((file) => ({
  id: file.replace(/\.sh$/, ''),
  text: readFileSync(join(folder, file), 'utf8'),
}));
const documentation = readFileSync(join(root, 'docs/doctor.md'), 'utf8');
const suites = readdirSync(join(root, 'bats'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.bats'))
  .map((file) => readFileSync(join(root, 'bats', file), 'utf8'))
  .join('\n');

const groups = ['bundle', 'host', 'network', 'storage', 'etcd', 'master', 'flannel', 'docker', 'node', 'cluster'];

/** The value of a field such as check_title, without its quotes. */
function field(text: string, name: string): string | undefined {
  return new RegExp(`^check_${name}=(?:'([^']*)'|"([^"]*)"|(\\S+))$`, 'm').exec(text)?.slice(1).find(Boolean);
}

describe.each(checks)('the check $id', ({ id, text }) => {
  it('says why it exists, and has all fields, each of what the report knows', () => {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(text).toMatch(/^# shellcheck shell=bash.*\n# \S.{20,}\n/);
    expect(field(text, 'title')).toMatch(/^\S.{2,40}$/);
    expect(groups).toContain(field(text, 'group'));
    expect(['before', 'after', 'before after']).toContain(field(text, 'phase'));
    for (const role of field(text, 'roles')?.split(' ') ?? ['']) expect(['etcd', 'master', 'node']).toContain(role);
    if (text.includes('check_question=')) expect(field(text, 'question')).toMatch(/^Q[1-6]$/);
    if (text.includes('check_limit=')) expect(Number(field(text, 'limit'))).toSatisfy((s: number) => s > 0 && s <= 25);
    expect(text.match(/^check\(\) \{$/gm)).toHaveLength(1);
  });

  it('has a row in docs/doctor.md, with its phase and question', () => {
    const row = documentation.split('\n').find((line) => line.startsWith(`| \`${id}\` |`)) ?? '';
    const phase = field(text, 'phase');
    expect(row.split('|')[2]?.trim()).toBe(phase === 'before after' ? 'both' : phase);
    const question = field(text, 'question');
    if (question !== undefined) expect(row).toContain(question);
    // Nothing is empty.
    expect(row.split('|').slice(1, -1)).toHaveLength(4);
    expect(row).not.toMatch(/\|\s*\|/);
  });

  it('is run in a test in two states at least', () => {
    // `sees bad ID` of bats/node/doctor-host.bash, `examine 1 [HOST] ID` of the suites of the cluster.
    const runs = new RegExp(
      `\\b(?:sees(?:_data)? \\S+|examine [0-3](?: sandbox-\\d| "\\$\\w+")?) (?:[\\w-]+[ ,])*${id}\\b(?!-)`,
      'g',
    );
    expect([...suites.matchAll(runs)].length).toBeGreaterThanOrEqual(2);
  });
});

it('each question of the guide has a check', () => {
  const questions = new Set(checks.map(({ text }) => field(text, 'question')).filter(Boolean));
  expect([...questions].toSorted()).toEqual(['Q1', 'Q2', 'Q3', 'Q4', 'Q5', 'Q6']);
});

it('docs/doctor.md names no check that is not there', () => {
  const named = [...documentation.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);
  expect(named.toSorted()).toEqual(checks.map(({ id }) => id).toSorted());
});

describe('what doctor.sh is given', () => {
  const texts = (spec: object | string): ReadonlyMap<string, string>[] => bundlesOf(spec).map(textsOf);
  const rows = (text: string | undefined): string[][] =>
    (text ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t'));

  it('a row for each port of each host', () => {
    const ports = rows(texts(guideText)[0]?.get('lib/ports.tsv'));
    expect(ports.every((row) => row.length === 7)).toBe(true);
    expect(ports).toContainEqual(['sandbox-2', '10.207.182.19', 'etcd', 'tcp', '2380', '0.0.0.0', 'other members']);
    expect(ports).toContainEqual([
      ...['sandbox-3', '10.207.182.20', 'flanneld', 'udp', '8285', '10.207.182.20', 'packets of pods'],
    ]);
    expect(new Set(ports.map((row) => row[0])).size).toBe(3);
  });

  it('the values of the cluster, one line each whatever is in them', () => {
    const spec = minimal({ etcd: { token: 'a\tb\nc' }, networks: { clusterDNS: null } });
    const facts = new Map(rows(texts(spec)[0]?.get('lib/cluster.tsv')).map((row) => [row[0], row[1]]));
    expect(facts.get('pod-network')).toBe('10.1.0.0/16');
    expect(facts.get('flannel-backend')).toBe('udp');
    expect(facts.get('etcd-token')).toBe('');
    expect(facts.get('cluster-dns')).toBe('');
    expect(facts.get('release-docker')).toBe('1.11.2');
  });

  it('etcd alone has no control plane, and a host without data of nodes no such paths', () => {
    const [only] = texts({ name: 'etcd-only', hosts: [host(1, ['etcd']), host(2, ['etcd']), host(3, ['etcd'])] });
    expect(only?.get('lib/cluster.tsv')).toContain('\ncontrol-plane\t\n');
    expect(only?.get('doctor.sh')).toMatch(/KB_DATA_PATHS=\(\n {2}\S+ etcd\n\)/);
    const mixed = texts({ name: 'm', hosts: [host(1, ['etcd']), host(2, ['master'])] });
    expect(mixed[1]?.get('doctor.sh')).toContain('readonly -a KB_DATA_PATHS=()');
  });
});
