import { createHash } from 'node:crypto';
import * as Enums from '@cyclonedx/cyclonedx-library/Enums';
import * as Models from '@cyclonedx/cyclonedx-library/Models';
import * as Serialize from '@cyclonedx/cyclonedx-library/Serialize';
import * as Spec from '@cyclonedx/cyclonedx-library/Spec';
import { purl } from './purl.ts';
import type { ArtifactFile } from './types.ts';

/** A program or image of a bundle, and where it came from. */
export interface SbomPart {
  readonly kind: 'binary' | 'image';
  /** Its path in the bundle. */
  readonly path: string;
  readonly name: string;
  readonly component: 'kubernetes' | 'etcd' | 'flannel' | 'docker' | 'image';
  /** The release of its component; '' for an image, whose tag stands in its name. */
  readonly version: string;
  readonly architecture: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly from: ArtifactFile['from'];
  /** The name that it has on the hosts, and the digests of its configuration and layers. */
  readonly image?: { readonly name: string; readonly id: string; readonly layers: readonly string[] };
}

interface SbomInput {
  readonly cluster: string;
  /** That of kubebale. */
  readonly version: string;
  /** Seconds since 1970. */
  readonly epoch: number;
  readonly parts: readonly SbomPart[];
}

const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));

/**
 * The bill of materials of a bundle, CycloneDX 1.6 as JSON: its programs and images with their hashes and origins.
 * Pure; neither the order of the parts nor the locale matters.
 */
export function sbomText(input: SbomInput): string {
  const parts = input.parts.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const whole = new Models.Component(Enums.ComponentType.Platform, input.cluster, {
    bomRef: `cluster:${input.cluster}`,
    description: 'The programs and images of the bundles of a Kubernetes cluster',
  });
  const tool = new Models.Component(Enums.ComponentType.Application, 'kubebale', {
    bomRef: 'tool:kubebale',
    version: input.version,
  });
  const components = parts.map((part) => (part.kind === 'binary' ? programComponent(part) : imageComponent(part)));
  for (const component of components) whole.dependencies.add(component.bomRef);
  const bom = new Models.Bom({
    serialNumber: serialNumber({ ...input, parts }),
    metadata: new Models.Metadata({
      timestamp: new Date(input.epoch * 1000),
      component: whole,
      tools: new Models.Tools({ components: new Models.ComponentRepository([tool]) }),
    }),
    components: new Models.ComponentRepository(components),
  });
  // Everything is in order already; the library would sort as the locale does, and so differently from place to place.
  return `${serializer.serialize(bom, { sortLists: false, space: 2 })}\n`;
}

function programComponent(part: SbomPart): Models.Component {
  return new Models.Component(Enums.ComponentType.Application, part.name, {
    ...common(part, [['kubebale:component', part.component]]),
    version: part.version,
    purl: purl('generic', part.name, part.version, {
      arch: part.architecture,
      checksum: `sha256:${part.sha256}`,
      ...(part.from.url !== undefined && { download_url: part.from.url }),
    }),
  });
}

function imageComponent(part: SbomPart): Models.Component {
  const { repository, tag, digest } = splitReference(part.image?.name ?? part.name);
  const name = repository.slice(repository.lastIndexOf('/') + 1);
  return new Models.Component(Enums.ComponentType.Container, repository, {
    ...common(part, [
      ...(part.image ? [['kubebale:image:id', part.image.id] as const] : []),
      // Properties are sorted by name, so the place of a layer is part of its name.
      ...(part.image?.layers ?? []).map((layer, index) => {
        return [`kubebale:image:layer:${String(index + 1).padStart(3, '0')}`, layer] as const;
      }),
    ]),
    version: digest ?? tag ?? '',
    purl: purl('oci', name.toLowerCase(), digest, {
      arch: part.architecture,
      repository_url: repository.toLowerCase(),
      ...(tag !== undefined && { tag }),
    }),
  });
}

/** What programs and images have in common. */
function common(
  part: SbomPart,
  properties: readonly (readonly [string, string])[],
): Models.OptionalComponentProperties {
  const all = [
    ['kubebale:architecture', part.architecture],
    ['kubebale:path', part.path],
    ['kubebale:size', String(part.size)],
    ['kubebale:source:file', part.from.file],
    ['kubebale:source:sha256', part.from.sha256],
    ...properties,
  ] as const;
  const sorted = all.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    bomRef: part.path,
    hashes: sha256(part.sha256),
    properties: new Models.PropertyRepository(sorted.map(([name, value]) => new Models.Property(name, value))),
    externalReferences: new Models.ExternalReferenceRepository(distribution(part.from)),
  };
}

/** Where the archive came from, with its hash. */
function distribution({ url, sha256: hash }: SbomPart['from']): readonly Models.ExternalReference[] {
  if (url === undefined) return [];
  const type = Enums.ExternalReferenceType.Distribution;
  return [new Models.ExternalReference(url, type, { hashes: sha256(hash) })];
}

function sha256(hex: string): Models.HashDictionary {
  return new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], hex]]);
}

/** The parts of `registry:5000/name:tag@digest`. */
function splitReference(reference: string): { repository: string; tag?: string; digest?: string } {
  const [name = '', digest] = reference.split('@');
  // A colon before the last slash is that of the registry's port.
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const repository = colon < 0 ? name : name.slice(0, colon);
  return { repository, ...(colon >= 0 && { tag: name.slice(colon + 1) }), ...(digest !== undefined && { digest }) };
}

/** A UUID out of the content (RFC 9562, version 8), so that the same bundle has the same one. */
function serialNumber(input: SbomInput): string {
  const bytes = createHash('sha256').update(JSON.stringify(input)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const groups = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(bytes.toString('hex'))?.slice(1) ?? [];
  return `urn:uuid:${groups.join('-')}`;
}
