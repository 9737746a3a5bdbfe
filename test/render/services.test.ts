import { describe, expect, it } from 'vitest';
import { bundlesOf, guideText, host, minimal, textsOf } from '../support/specs.ts';

/** The rows of KB_SERVICES in a host's install-services.sh: unit, start, stop, steps before it, units it needs. */
function services(spec: object | string, index = 0): string[][] {
  const bundle = bundlesOf(spec)[index];
  const text = bundle && textsOf(bundle).get('install-services.sh');
  const list = /KB_SERVICES=\(\n([^)]*)\)/.exec(text ?? '')?.[1] ?? '';
  return list
    .trim()
    .split('\n')
    .map((row) => [...row.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''));
}

describe('install-services.sh', () => {
  it('has the daemons in the order of start.sh, with all its steps', () => {
    const rows = services(guideText);
    const inOrder = rows.flatMap(([, start, , steps]) => [...(steps ? steps.split(' ') : []), start]);
    const bundle = bundlesOf(guideText)[0];
    const start = bundle && textsOf(bundle).get('start.sh');
    const steps = /KB_STEPS=\(\n([^)]*)\)/
      .exec(start ?? '')?.[1]
      ?.trim()
      .split(/\s+/);
    // The check of the bundle itself is not for every boot: it reads all of it.
    expect(steps?.shift()).toBe('verify.sh');
    expect(steps).toHaveLength(11);
    expect(inOrder).toEqual(steps);
  });

  it('wants what a daemon needs on the same host, and nothing of other hosts', () => {
    const wants = (spec: object | string, index?: number) =>
      Object.fromEntries(services(spec, index).map(([unit, , , , needs]) => [unit, needs]));
    expect(wants(guideText)).toEqual({
      etcd: '',
      'flanneld-server': 'etcd',
      'kube-apiserver': 'etcd',
      'kube-controller-manager': 'kube-apiserver',
      'kube-scheduler': 'kube-apiserver',
      flanneld: 'flanneld-server',
      docker: 'flanneld',
      kubelet: 'docker kube-apiserver',
      'kube-proxy': 'kube-apiserver',
    });
    const apart = {
      name: 'apart',
      hosts: [host(1, ['etcd']), host(2, ['master']), host(3, ['node'])],
    };
    expect(wants(apart, 2)).toEqual({ flanneld: '', docker: 'flanneld', kubelet: 'docker', 'kube-proxy': '' });
  });

  it('knows the folders with data, and whether there is a docker to keep the pause image in', () => {
    const texts = (index: number) => {
      const hosts = [host(1, ['etcd']), host(2, ['master']), host(3, ['node'])];
      const bundle = bundlesOf(minimal({ hosts, paths: { base: '/srv/my data' } }))[index];
      return (bundle && textsOf(bundle).get('install-services.sh')) ?? '';
    };
    expect(texts(0)).toContain("'/srv/my data/etcd/data-dir'");
    expect(texts(0)).toContain('KB_HAS_IMAGES=0');
    expect(texts(2)).toContain('KB_HAS_IMAGES=1');
    expect(texts(2)).not.toContain('/run/flannel');
  });
});
