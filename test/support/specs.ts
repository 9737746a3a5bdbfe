import { readFileSync } from 'node:fs';
import type { HostBundle } from '../../src/bundle/types.ts';
import { compile, type Environment } from '../../src/compile.ts';

/** The guide's example, as the project ships it. */
export const guideText = readFileSync(new URL('../../examples/guide/cluster.json', import.meta.url), 'utf8');

/** A host with all roles unless told otherwise. */
export function host(number: number, roles: readonly string[] = ['etcd', 'master', 'node'], more: object = {}): object {
  return {
    name: `sandbox-${number}`,
    address: `10.207.${182 + Math.floor(number / 200)}.${(number % 200) + 17}`,
    roles,
    ...more,
  };
}

/** The smallest specification of the guide's cluster. */
export function minimal(more: object = {}): object {
  return { name: 'guide', hosts: [host(1), host(2), host(3)], ...more };
}

const scriptsOnly: Environment = {
  version: '0.0.0-test',
  scriptsOnly: true,
  artifacts: [],
  allowMissing: false,
  epoch: 0,
  hosts: [],
  readInput: () => {
    throw new Error('no file is read in this test');
  },
};

/** Compile a specification given as a value; scripts only, unless the environment says otherwise. */
export function compileValue(spec: object | string, environment: Partial<Environment> = {}) {
  const text = typeof spec === 'string' ? spec : JSON.stringify(spec, null, 2);
  return compile({ path: 'cluster.json', bytes: Buffer.from(text) }, { ...scriptsOnly, ...environment });
}

/** Compile a specification that must be right, and take its bundles. */
export function bundlesOf(spec: object | string, environment: Partial<Environment> = {}): HostBundle[] {
  const result = compileValue(spec, environment);
  const errors = result.diagnostics.list().filter((d) => d.severity === 'error');
  if (errors.length > 0) throw new Error(`the specification has errors: ${JSON.stringify(errors, null, 2)}`);
  return [...result.bundles];
}

/** The text files of a bundle: path → text. */
export function textsOf(bundle: HostBundle): Map<string, string> {
  const texts = new Map<string, string>();
  for (const entry of [...bundle.common.entries, ...bundle.own])
    if (entry.content && 'bytes' in entry.content)
      texts.set(entry.path, Buffer.from(entry.content.bytes).toString('utf8'));
  return texts;
}
