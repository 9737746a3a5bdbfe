import { readFileSync } from 'node:fs';

/** A command line whose output is kept in test/golden/cli; `cluster.json` is its specification. */
export interface GoldenCase {
  readonly name: string;
  readonly args: readonly string[];
  readonly spec?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const guide = read('../../examples/guide/cluster.json');
const fixture = (name: string) => read(`../fixtures/diagnostics/${name}.json`);
const check = ['check', 'cluster.json'];

/** A cluster whose hosts have roles of their own. */
const mixed = (nodes: number) =>
  JSON.stringify({
    name: 'mixed',
    hosts: [
      { name: 'e-1', address: '10.9.0.1', roles: ['etcd'] },
      { name: 'e-2', address: '10.9.0.2', roles: ['etcd'] },
      { name: 'e-3', address: '10.9.0.3', roles: ['etcd'] },
      { name: 'm-1', address: '10.9.0.4', roles: ['master'] },
      ...Array.from({ length: nodes }, (_, i) => ({ name: `node-${i}`, address: `10.9.1.${i + 1}`, roles: ['node'] })),
    ],
    releases: { kubernetes: '1.3.4' },
    kubelet: { flags: { 'max-pods': 60 } },
  });

export const goldenCases: readonly GoldenCase[] = [
  { name: 'help', args: ['--help'] },
  { name: 'nothing', args: [] },
  ...['init', 'check', 'plan', 'fetch', 'lock', 'compile', 'verify', 'explain', 'completion'].map((name) => ({
    name: `help-${name}`,
    args: [name, '--help'],
  })),
  { name: 'init', args: ['init', 'prod'] },
  { name: 'check-guide', args: check, spec: guide },
  { name: 'check-ten-mistakes', args: check, spec: fixture('ten-mistakes') },
  { name: 'check-ten-wrong-forms', args: check, spec: fixture('ten-wrong-forms') },
  { name: 'check-one-line', args: check, spec: JSON.stringify(JSON.parse(fixture('ten-mistakes'))) },
  { name: 'check-colours', args: check, spec: fixture('KB3001'), env: { FORCE_COLOR: '1' } },
  { name: 'check-json', args: [...check, '--format', 'json'], spec: fixture('KB3001') },
  { name: 'check-github', args: [...check, '--format', 'github'], spec: fixture('ten-wrong-forms') },
  { name: 'check-strict', args: [...check, '--strict'], spec: guide },
  { name: 'check-comment', args: check, spec: '{\n  "name": "guide", // the first\n  "hosts": []\n}\n' },
  { name: 'check-trailing-comma', args: check, spec: '{\n  "name": "guide",\n  "hosts": [],\n}\n' },
  {
    name: 'check-unclosed',
    args: check,
    spec: '{\n  "name": "guide",\n  "etcd": {\n    "token": "x",\n  "hosts": []\n}\n',
  },
  {
    name: 'check-duplicate',
    args: check,
    spec: '{\n  "name": "a",\n  "hosts": [],\n  "name": "b",\n  "name": "c"\n}\n',
  },
  { name: 'check-empty', args: check, spec: '' },
  { name: 'plan-guide', args: ['plan', 'cluster.json'], spec: guide },
  { name: 'plan-mixed', args: ['plan', 'cluster.json'], spec: mixed(2) },
  { name: 'compile-guide', args: ['compile', 'cluster.json', '--scripts-only'], spec: guide },
  { name: 'compile-mixed', args: ['compile', 'cluster.json', '--scripts-only'], spec: mixed(20) },
  { name: 'compile-nothing-there', args: ['compile', 'cluster.json'], spec: guide },
  {
    name: 'compile-unknown-host',
    args: ['compile', 'cluster.json', '--scripts-only', '--host', 'sandbox-9'],
    spec: guide,
  },
  { name: 'lock-nothing-there', args: ['lock', 'cluster.json'], spec: guide },
  { name: 'lock-allow-missing', args: ['lock', 'cluster.json', '--allow-missing'], spec: guide },
  { name: 'fetch-dry-run', args: ['fetch', 'cluster.json', '--dry-run'], spec: guide },
  { name: 'verify-nothing-there', args: ['verify', 'out/guide/sandbox-1.tar.gz'] },
  { name: 'explain-KB1001', args: ['explain', 'KB1001'] },
  { name: 'explain-unknown', args: ['explain', 'KB1o01'] },
];
