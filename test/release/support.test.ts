import { describe, expect, test } from 'vitest';
import { cataloguedReleases } from '../../src/catalog/data.ts';
import { flagsOf } from '../../src/catalog/flags.ts';
import { Diagnostics } from '../../src/diagnostics/collector.ts';
import type { Diagnostic } from '../../src/diagnostics/types.ts';
import type { ClusterModel, Releases } from '../../src/model/types.ts';
import { sameMinor } from '../../src/release/compare.ts';
import { checkReleases, supported } from '../../src/release/support.ts';

const guide: Releases = { kubernetes: '1.3.3', etcd: '2.3.7', flannel: '0.5.5', docker: '1.11.2' };

function findings(releases: Partial<Releases>): readonly Diagnostic[] {
  const diagnostics = new Diagnostics();
  checkReleases({ releases: { ...guide, ...releases } } as ClusterModel, diagnostics);
  return diagnostics.list();
}

test('the releases of the guide are supported', () => {
  expect(findings({})).toEqual([]);
});

test('each supported minor has its flags in the catalogue, and nothing else is catalogued', () => {
  for (const { minors, catalogs } of Object.values(supported)) {
    for (const catalog of catalogs) {
      for (const minor of minors) expect(flagsOf(catalog, `${minor}.0`), `${catalog} ${minor}`).toBeDefined();
      for (const release of cataloguedReleases(catalog))
        expect(minors.some((minor) => sameMinor(minor, release))).toBe(true);
    }
  }
});

describe('refuses', () => {
  const rows: readonly [keyof Releases, string, string, string][] = [
    ['kubernetes', '1.2.7', 'KB3301', 'take Kubernetes 1.3.5'],
    ['kubernetes', '1.6.4', 'KB3301', 'take Kubernetes 1.5.3'],
    ['etcd', '2.1.0', 'KB3301', 'take etcd 2.2.5'],
    ['etcd', '3.5.33', 'KB3301', 'take etcd 3.4.23'],
    ['etcd', '3.6.0', 'KB3304', 'take etcd 3.4.23'],
    ['etcd', '4.0.0', 'KB3304', 'take etcd 3.4.23'],
    ['flannel', '0.4.1', 'KB3303', 'take flannel 0.5.6'],
    ['flannel', '0.8.0', 'KB3303', 'take flannel 0.7.1'],
    ['docker', '1.9.1', 'KB3301', 'take docker 1.10.3'],
    ['docker', '17.09.1', 'KB3301', 'take docker 17.03.2'],
    ['docker', '23.0.0', 'KB3301', 'take docker 20.10.24'],
  ];
  test.each(rows)('%s %s: %s', (key, release, code, hint) => {
    const [found, ...more] = findings({ [key]: release });
    expect(more).toEqual([]);
    expect(found).toMatchObject({ code, hint, pointer: `/releases/${key}` });
    expect(found?.message).toContain(release);
  });

  test('all of them at once, saying what is supported', () => {
    const found = findings({ kubernetes: '1.9.0', etcd: '1.0.0', flannel: '0.9.0', docker: '18.06.0' });
    expect(found.map((one) => one.code).toSorted()).toEqual(['KB3301', 'KB3301', 'KB3301', 'KB3303']);
    expect(found.find((one) => one.pointer === '/releases/kubernetes')?.message).toBe(
      'Kubernetes 1.9.0 is not supported: 1.3, 1.4 and 1.5 are',
    );
  });
});

test('any patch release of a supported minor is fine', () => {
  expect(findings({ kubernetes: '1.4.12', etcd: '3.0.9', flannel: '0.6.9', docker: '17.3.0' })).toEqual([]);
});
