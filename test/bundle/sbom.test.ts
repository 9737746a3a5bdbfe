import { describe, expect, it, vi } from 'vitest';
import { purl } from '../../src/bundle/purl.ts';
import { type SbomPart, sbomText } from '../../src/bundle/sbom.ts';

const etcd: SbomPart = {
  kind: 'binary',
  path: 'bin/etcd',
  name: 'etcd',
  component: 'etcd',
  version: '2.3.7',
  architecture: 'amd64',
  sha256: '11'.repeat(32),
  size: 1234,
  from: { file: 'etcd.tar.gz', url: 'https://example.com/etcd v2+1.tar.gz', sha256: '22'.repeat(32) },
};
const own: SbomPart = {
  ...etcd,
  path: 'bin/flanneld',
  name: 'flanneld',
  component: 'flannel',
  version: '0.5.5+mine',
  sha256: '33'.repeat(32),
  from: { file: 'flanneld', sha256: '33'.repeat(32) },
};
const pause: SbomPart = {
  kind: 'image',
  path: 'images/pause.tar',
  name: 'pause.tar',
  component: 'image',
  version: '',
  architecture: 'amd64',
  sha256: '44'.repeat(32),
  size: 99,
  from: { file: 'pause.tar', sha256: '44'.repeat(32) },
  image: {
    name: 'registry.Xcloud.com:5000/public/pause:1.0.2',
    id: `sha256:${'55'.repeat(32)}`,
    layers: [`sha256:${'ff'.repeat(32)}`, `sha256:${'00'.repeat(32)}`],
  },
};
const input = { cluster: 'guide', version: '0.1.0', epoch: 86400, parts: [etcd, own, pause] };

function parsed(parts: readonly SbomPart[] = input.parts) {
  return JSON.parse(sbomText({ ...input, parts }));
}

describe('the bill of materials', () => {
  it('names what it is of, when, and what made it', () => {
    const bom = parsed();
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
    expect(bom.metadata.timestamp).toBe('1970-01-02T00:00:00.000Z');
    expect(bom.metadata.component).toMatchObject({ name: 'guide', 'bom-ref': 'cluster:guide' });
    expect(bom.metadata.tools.components).toEqual([
      { type: 'application', 'bom-ref': 'tool:kubebale', name: 'kubebale', version: '0.1.0' },
    ]);
  });

  it('has a program with its release, hash, package URL and the archive it came from', () => {
    const program = parsed().components.find((one: { name: string }) => one.name === 'etcd');
    const url = 'https:%2F%2Fexample.com%2Fetcd%20v2%2B1.tar.gz';
    expect(program).toEqual({
      type: 'application',
      'bom-ref': 'bin/etcd',
      name: 'etcd',
      version: '2.3.7',
      hashes: [{ alg: 'SHA-256', content: '11'.repeat(32) }],
      purl: `pkg:generic/etcd@2.3.7?arch=amd64&checksum=sha256:${'11'.repeat(32)}&download_url=${url}`,
      externalReferences: [
        {
          type: 'distribution',
          url: 'https://example.com/etcd%20v2+1.tar.gz',
          hashes: [{ alg: 'SHA-256', content: '22'.repeat(32) }],
        },
      ],
      properties: [
        { name: 'kubebale:architecture', value: 'amd64' },
        { name: 'kubebale:component', value: 'etcd' },
        { name: 'kubebale:path', value: 'bin/etcd' },
        { name: 'kubebale:size', value: '1234' },
        { name: 'kubebale:source:file', value: 'etcd.tar.gz' },
        { name: 'kubebale:source:sha256', value: '22'.repeat(32) },
      ],
    });
  });

  it('has an image with its name on the hosts and its layers, in their order', () => {
    const image = parsed().components.find((one: { type: string }) => one.type === 'container');
    expect(image).toMatchObject({
      name: 'registry.Xcloud.com:5000/public/pause',
      version: '1.0.2',
      purl: 'pkg:oci/pause?arch=amd64&repository_url=registry.xcloud.com:5000%2Fpublic%2Fpause&tag=1.0.2',
    });
    const layers = image.properties.filter((one: { name: string }) => one.name.startsWith('kubebale:image:layer:'));
    expect(layers.map((one: { value: string }) => one.value)).toEqual(pause.image?.layers);
  });

  it('says that the cluster depends on all of them', () => {
    expect(parsed().dependencies).toContainEqual({
      ref: 'cluster:guide',
      dependsOn: ['bin/etcd', 'bin/flanneld', 'images/pause.tar'],
    });
  });

  it('is the same bytes for the same parts, in whatever order they come', () => {
    expect(sbomText(input)).toBe(sbomText({ ...input, parts: [pause, own, etcd] }));
    expect(sbomText(input)).not.toContain('undefined');
  });

  it.each(['th', 'da', 'en'])('is the same bytes in the locale %s', (locale) => {
    const parts = ['docker-runc', 'dockerd', 'docker', 'aalborg', 'zebra', 'Upper'].map((name) => {
      return { ...etcd, name, path: `bin/${name}` };
    });
    const collator = new Intl.Collator(locale);
    const compare = vi.spyOn(String.prototype, 'localeCompare').mockImplementation(function (this: string, that) {
      return collator.compare(String(this), that);
    });
    try {
      const { components } = parsed(parts);
      const names = components.map((one: { name: string }) => one.name);
      expect(names).toEqual(['Upper', 'aalborg', 'docker', 'docker-runc', 'dockerd', 'zebra']);
      expect(compare).not.toHaveBeenCalled();
    } finally {
      compare.mockRestore();
    }
  });

  it('has a serial number that is a UUID of the content', () => {
    const { serialNumber } = parsed();
    expect(serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(parsed([etcd]).serialNumber).not.toBe(serialNumber);
    expect(parsed([{ ...etcd, sha256: '12'.repeat(32) }]).serialNumber).not.toBe(parsed([etcd]).serialNumber);
  });

  it('is there for a bundle of scripts only too', () => {
    expect(parsed([]).components).toEqual([]);
  });
});

describe('a package URL', () => {
  it('encodes what has a meaning in it, sorts the qualifiers, and leaves empty ones out', () => {
    expect(purl('generic', 'a b', '1+2', { os: '', z: "é&=#?'", arch: 'arm64' })).toBe(
      'pkg:generic/a%20b@1%2B2?arch=arm64&z=%C3%A9%26%3D%23%3F%27',
    );
    expect(purl('oci', 'pause', undefined, {})).toBe('pkg:oci/pause');
  });
});
