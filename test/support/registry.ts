import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { sha256, type TestImage } from './images.ts';

/** Takes a request out of the registry's hands when it returns true. */
type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A registry (distribution API v2) of one repository in this process, that can be made to misbehave. */
export interface TestRegistry {
  /** 127.0.0.1:port */
  readonly host: string;
  /** What was asked for, path by path. */
  readonly asked: string[];
  /** The `Authorization` headers that came, in their order; '' for none. */
  readonly authorizations: string[];
  readonly blobs: Map<string, Buffer>;
  /** By tag and by digest. */
  readonly manifests: Map<string, { readonly type: string; readonly bytes: Buffer }>;
  intercept: Intercept;
  close(): Promise<void>;
}

export const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';
export const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
export const ociIndex = 'application/vnd.oci.image.index.v1+json';

export async function startRegistry(): Promise<TestRegistry> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const registry: TestRegistry = {
    host: `127.0.0.1:${portOf(server)}`,
    asked: [],
    authorizations: [],
    blobs: new Map(),
    manifests: new Map(),
    intercept: () => false,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    registry.asked.push(path);
    registry.authorizations.push(request.headers.authorization ?? '');
    if (registry.intercept(request, response)) return;
    const [, kind, name = ''] = /^\/v2\/public\/app\/(manifests|blobs)\/(.+)$/.exec(path) ?? [];
    const manifest = kind === 'manifests' ? registry.manifests.get(name) : undefined;
    const blob = kind === 'blobs' ? registry.blobs.get(name) : manifest?.bytes;
    if (!blob) {
      response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
      return;
    }
    response.writeHead(200, {
      'content-type': manifest?.type ?? 'application/octet-stream',
      'content-length': blob.length,
      'docker-content-digest': `sha256:${sha256(blob)}`,
    });
    response.end(blob);
  }

  return registry;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Put bytes in as a blob. Out: its descriptor. */
export function addBlob(registry: TestRegistry, bytes: Buffer, mediaType: string): Readonly<Record<string, unknown>> {
  const digest = `sha256:${sha256(bytes)}`;
  registry.blobs.set(digest, bytes);
  return { mediaType, digest, size: bytes.length };
}

/** Put a manifest in, under its digest and the tag. Out: its descriptor. */
export function addManifest(
  registry: TestRegistry,
  tag: string,
  type: string,
  manifest: object,
): Readonly<Record<string, unknown>> {
  const bytes = Buffer.from(JSON.stringify(manifest));
  const digest = `sha256:${sha256(bytes)}`;
  for (const name of [tag, digest]) registry.manifests.set(name, { type, bytes });
  return { mediaType: type, digest, size: bytes.length };
}

/** Push an image. Out: the descriptor of its manifest. */
export function pushImage(
  registry: TestRegistry,
  tag: string,
  image: TestImage,
  change: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const config = addBlob(registry, image.config, 'application/vnd.docker.container.image.v1+json');
  const layers = image.layers.map((layer) =>
    addBlob(registry, gzipSync(layer), 'application/vnd.docker.image.rootfs.diff.tar.gzip'),
  );
  return addManifest(registry, tag, dockerManifest, {
    schemaVersion: 2,
    mediaType: dockerManifest,
    config,
    layers,
    ...change,
  });
}
