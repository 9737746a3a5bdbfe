import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compareGolden } from '../support/golden.ts';
import { bundlesOf, guideText, host, textsOf } from '../support/specs.ts';

/** What a compilation prints for a host: all but the libraries, and the sums that change with them. */
function printed(spec: object | string, index: number): Map<string, string> {
  const bundle = bundlesOf(spec)[index];
  if (!bundle) throw new Error('no such host');
  return new Map(
    [...textsOf(bundle)].filter(
      ([path]) =>
        (!path.startsWith('lib/') || path.endsWith('.tsv')) && path !== 'MANIFEST.json' && path !== 'SHA256SUMS',
    ),
  );
}

const modern = {
  name: 'modern',
  releases: { kubernetes: '1.5.3', etcd: '3.4.23', flannel: '0.7.1', docker: '20.10.24' },
  hosts: [host(1, ['etcd', 'master']), host(2, ['node'], { interface: 'eth0', gateway: '10.207.182.1' })],
  registry: { host: 'registry.example:5000', address: '10.207.182.99' },
  controlPlane: { endpoint: { kind: 'vip', address: '10.207.182.250' } },
};

describe('printed files are those that were looked at (UPDATE_GOLDENS=1 writes them anew)', () => {
  it("the example's first host", () => {
    expect(compareGolden('guide-sandbox-1', printed(guideText, 0))).toEqual([]);
  });

  it('a node that is no master, with the newest releases', () => {
    expect(compareGolden('modern-node', printed(modern, 1))).toEqual([]);
  });
});

describe('the comparison itself', () => {
  it.runIf(process.env.UPDATE_GOLDENS !== '1')('names what is missing, orphaned or different', () => {
    const texts = printed(guideText, 0);
    texts.set('README.md', 'other');
    texts.set('new.txt', 'new');
    texts.delete('start.sh');
    expect(compareGolden('guide-sandbox-1', texts)).toEqual([
      'README.md: differs',
      'new.txt: there is no golden file',
      'start.sh: nothing makes this file any more',
    ]);
  });

  it('fails where the folder is missing', () => {
    const golden = fileURLToPath(new URL('../golden/', import.meta.url));
    const nowhere = relative(golden, join(mkdtempSync(join(tmpdir(), 'kubebale-golden-')), 'none'));
    if (process.env.UPDATE_GOLDENS !== '1') expect(() => compareGolden(nowhere, new Map())).toThrow();
  });
});
