import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolve } from '../../src/model/resolve.ts';
import type { ClusterSpec } from '../../src/spec/cluster-spec.generated.ts';
import { guideText, minimal } from '../support/specs.ts';

type Schema = { readonly [key: string]: unknown } & {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly $ref?: string;
};

const schema = JSON.parse(
  readFileSync(new URL('../../schema/v1/cluster.schema.json', import.meta.url), 'utf8'),
) as Schema & {
  readonly $defs: Readonly<Record<string, Schema>>;
};

/** Every key of the specification below the given one: pointer and schema. */
function keys(node: Schema, path: string): [string, Schema][] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]): [string, Schema][] => [
    [`${path}/${key}`, child],
    ...keys(child, `${path}/${key}`),
  ]);
}

const all = keys(schema, '').filter(([path]) => !path.includes('/$'));
const hostKeys = keys(schema.$defs.host ?? {}, '/hosts/N').filter(([path]) => !path.includes('/$'));

/** Keys that the schema gives a default for which is another program's own choice: the model leaves them open. */
const othersChoice = ['/networks/podSubnetLength', '/networks/flannelBackend', '/kubelet/rootDir'];

describe('the schema', () => {
  it.each([...all, ...hostKeys])('%s has a description and examples', (_path, node) => {
    const target = node.$ref ? schema.$defs[node.$ref.split('/').at(-1) ?? ''] : undefined;
    expect(node.description ?? target?.description).toBeTypeOf('string');
    expect(node.examples ?? target?.examples).toBeInstanceOf(Array);
  });

  it.each(
    all.filter(([path, node]) => node.default !== undefined && !othersChoice.some((own) => path.startsWith(own))),
  )('%s: its default is what a minimal specification gives', (path, node) => {
    const model: unknown = resolve(minimal() as ClusterSpec);
    const value = path
      .split('/')
      .slice(1)
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], model);
    if (node.type === 'object') expect(value).toMatchObject(node.default as object);
    else expect(value).toEqual(node.default);
  });
});

describe('a minimal specification', () => {
  it("is the guide's cluster", () => {
    const guide = resolve(JSON.parse(guideText) as ClusterSpec);
    const small = resolve(minimal() as ClusterSpec);
    expect({ ...small, hosts: [] }).toEqual({ ...guide, hosts: [] });
    expect(small.hosts.map((host) => host.memberName)).toEqual(guide.hosts.map((host) => host.memberName));
  });

  it('puts data paths into the base folder', () => {
    const model = resolve(minimal({ paths: { base: '/srv/x' } }) as ClusterSpec);
    expect([model.etcd.dataDir, model.docker.graph, model.docker.execRoot]).toEqual([
      '/srv/x/etcd/data-dir',
      '/srv/x/docker/runtime_1.11',
      '/srv/x/docker/run',
    ]);
  });
});
