import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/types.ts';
import { readDocument } from '../../src/source/read-document.ts';
import { checkSchema } from '../../src/spec/check-schema.ts';
import { forms } from '../../src/spec/check-schema-forms.ts';

const schemaText = readFileSync(new URL('../../schema/v1/cluster.schema.json', import.meta.url), 'utf8');
const guideText = readFileSync(new URL('../../examples/guide/cluster.json', import.meta.url), 'utf8');
const host = { name: 'a', address: '10.0.0.1', roles: ['etcd', 'master', 'node'] };

function findings(spec: unknown): readonly Diagnostic[] {
  const text = typeof spec === 'string' ? spec : JSON.stringify(spec);
  const { document, diagnostics } = readDocument({ path: 'cluster.json', bytes: Buffer.from(text) });
  if (!document) throw new Error('no JSON');
  const accepted = checkSchema(document, diagnostics);
  expect(accepted === undefined).toBe(diagnostics.hasErrors);
  return diagnostics.list();
}

function brief(spec: object): string[] {
  return findings({ name: 'x', hosts: [host], ...spec }).map(({ code, pointer }) => `${code} ${pointer}`);
}

function hint(spec: object): string | undefined {
  return findings({ name: 'x', hosts: [host], ...spec })[0]?.hint;
}

describe('the schema', () => {
  it('says nothing against the guide’s cluster and the smallest one', () => {
    expect(findings(guideText)).toEqual([]);
    expect(brief({})).toEqual([]);
  });

  it('has words for every pattern, and for no others', () => {
    const patterns = new Set<string>();
    JSON.parse(schemaText, (key, value: unknown) => {
      if (key === 'pattern' && typeof value === 'string') patterns.add(value);
      return value;
    });
    expect(Object.keys(forms).sort()).toEqual([...patterns].sort());
    for (const [pattern, { example }] of Object.entries(forms)) expect(example).toMatch(new RegExp(pattern, 'u'));
  });
});

describe('findings', () => {
  it('are one for each value that has several forms', () => {
    expect(brief({ docker: { tcp: 2375 } })).toEqual(['KB2003 /docker/tcp']);
    expect(brief({ docker: { tcp: { port: 0, adress: 'x' } } })).toEqual([
      'KB2006 /docker/tcp/port',
      'KB2001 /docker/tcp/adress',
    ]);
    expect(brief({ networks: { clusterDNS: 10 } })).toEqual(['KB2003 /networks/clusterDNS']);
    expect(brief({ networks: { clusterDNS: 'x y' } })).toEqual(['KB2005 /networks/clusterDNS']);
    expect(brief({ etcd: { listenAddress: 'all' } })).toEqual(['KB2004 /etcd/listenAddress']);
    expect(brief({ kubelet: { flags: { a: [], b: [true], c: {}, d: 1 } } })).toEqual([
      ...['KB2007 /kubelet/flags/a', 'KB2003 /kubelet/flags/b/0', 'KB2003 /kubelet/flags/c'],
    ]);
  });

  it('say what was meant', () => {
    expect(hint({ netwroks: {} })).toBe('did you mean "networks"?');
    expect(hint({ networks: { pod_cidr: '10.1.0.0/16' } })).toBe('did you mean "podCIDR"?');
    expect(hint({ clusterDNS: '10.254.0.10' })).toBe('"clusterDNS" belongs in "networks"');
    expect(hint({ _note: 'x' })).toBe('for a remark use "$comment"');
    expect(hint({ kubelet: { allowPrivileged: 'true' } })).toBe('write true, without quotes');
    expect(hint({ releases: { etcd: 2 } })).toBe('write "2", in quotes');
    expect(hint({ registry: { host: 'http://registry.local:5000/' } })).toBe('write "registry.local:5000"');
    expect(hint({ networks: { flannelBackend: { type: 'hostgw' } } })).toBe('did you mean "host-gw"?');
  });

  it('mark a key where the key is wrong', () => {
    const [finding] = findings('{"name":"x","hosts":[],"extra":1}').filter(({ code }) => code === 'KB2001');
    expect(finding?.span?.start.offset).toBe(23);
  });

  it('do not repeat a misspelled required key as a missing one', () => {
    expect(brief({ hosts: [{ nmae: 'a', address: '10.0.0.1', roles: ['node'] }] })).toEqual(['KB2001 /hosts/0/nmae']);
  });

  it('find NUL in texts, keys and list items, once each', () => {
    expect(brief({ name: 'x\0', etcd: { token: 'a\0' }, kubelet: { flags: { 'a\0': ['b\0'] } } })).toEqual([
      ...['KB2009 /name', 'KB2009 /etcd/token', 'KB2009 /kubelet/flags/a\0', 'KB2009 /kubelet/flags/a\0/0'],
    ]);
  });

  it('are not fooled by keys of every object', () => {
    expect(
      findings('{"name":"x","hosts":[],"__proto__":{},"constructor":1}')
        .map(({ code }) => code)
        .sort(),
    ).toEqual([...['KB2001', 'KB2001', 'KB2007']]);
    expect(findings(`{"name":"x","hosts":[${JSON.stringify(host)}],"kubelet":{"flags":{"__proto__":1}}}`)).toHaveLength(
      1,
    );
  });

  it('count characters, not UTF-16 units', () => {
    expect(brief({ etcd: { token: '🚀'.repeat(256) } })).toEqual([]);
    expect(findings({ name: 'x', hosts: [host], etcd: { token: '🚀'.repeat(257) } })[0]?.message).toContain('257');
  });

  it('come for 5,000 wrong hosts within five seconds', () => {
    const wrong = Array.from({ length: 5000 }, () => ({ name: 'A', adress: 1, roles: [] }));
    const start = performance.now();
    expect(findings({ name: 'x', hosts: wrong }).length).toBe(15000);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('have a place and a cure, whatever a value is replaced by', () => {
    const guide: unknown = JSON.parse(guideText);
    const paths = pathsOf(guide);
    const value = fc.oneof(
      fc.json().map((text): unknown => JSON.parse(text)),
      fc.constantFrom(null, -1, 1e300, '', 'x\0'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), value, (path, replacement) => {
        for (const finding of findings(JSON.stringify(replaced(guide, path, replacement)))) {
          expect(finding.span).toBeDefined();
          expect(finding.hint).toBeTruthy();
        }
      }),
      { numRuns: 500 },
    );
  });
});

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, replacement);
  return copy;
}
