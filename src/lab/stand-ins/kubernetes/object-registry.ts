import { randomBytes, randomUUID } from 'node:crypto';
import { ApiError, alreadyExists, badRequest, conflict, internalError, notFound } from './api-status.ts';
import { EtcdError, type EtcdStore, EtcdUnavailable, objectFrom, type Stored } from './etcd-store.ts';
import { type JsonObject, objectOf, put, text } from './json.ts';
import type { Resource } from './resources.ts';

/** Which object: of a kind without namespaces, `namespace` is ''. */
export interface ObjectKey {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
}

/** Objects of the API in etcd under the prefix, so that all masters see the same. All functions reject with ApiError. */
export interface ObjectRegistry {
  get(key: ObjectKey): Promise<JsonObject>;
  /** All of a kind; of one namespace, or of all for ''. */
  list(resource: Resource, namespace: string): Promise<readonly JsonObject[]>;
  create(resource: Resource, namespace: string, object: JsonObject): Promise<JsonObject>;
  /** With a resourceVersion only while the object has it (409 otherwise), as AllowUnconditionalUpdate has it. */
  replace(key: ObjectKey, object: JsonObject): Promise<JsonObject>;
  /** Reads, changes and writes until nobody came between; `change` may throw an ApiError. */
  change(key: ObjectKey, change: (object: JsonObject) => JsonObject): Promise<JsonObject>;
  /** At once: without the grace period, in which a real kubelet would end the pod first. */
  remove(key: ObjectKey): Promise<JsonObject>;
}

/** In: etcd, and --etcd-prefix. */
export function objectRegistry(etcd: EtcdStore, prefix: string): ObjectRegistry {
  const folder = (resource: Resource, namespace: string): string =>
    [prefix, resource.folder, ...(resource.namespaced && namespace !== '' ? [namespace] : [])].join('/');
  const path = ({ resource, namespace, name }: ObjectKey): string => `${folder(resource, namespace)}/${name}`;

  const read = async (key: ObjectKey): Promise<JsonObject> => {
    const kept = await inApiWords(etcd.get(path(key)), key);
    if (!kept) throw notFound(key.resource.name, key.name);
    return objectFrom(kept);
  };
  const write = async (key: ObjectKey, object: JsonObject): Promise<JsonObject> => {
    const version = text(object, 'metadata', 'resourceVersion');
    const index = /^[1-9][0-9]*$/.test(version) ? Number(version) : undefined;
    return objectFrom(await inApiWords(etcd.update(path(key), kept(object), index), key));
  };
  return {
    get: read,
    async list(resource, namespace) {
      const all = await inApiWords<readonly Stored[]>(etcd.list(folder(resource, namespace)), {
        resource,
        namespace,
        name: '',
      });
      return all.map(objectFrom);
    },
    async create(resource, namespace, object) {
      const made = withMetadata(resource, namespace, object);
      const name = text(made, 'metadata', 'name');
      if (name === '') throw badRequest('name or generateName is required');
      const key = { resource, namespace, name };
      return objectFrom(await inApiWords(etcd.create(path(key), kept(made), resource.ttl), key));
    },
    async replace(key, object) {
      const name = text(object, 'metadata', 'name');
      if (name !== key.name) {
        throw badRequest(`the name of the object (${name}) does not match the name on the URL (${key.name})`);
      }
      return write(key, { ...object, kind: key.resource.kind, apiVersion: 'v1' });
    },
    async change(key, change) {
      for (;;) {
        const changed = change(await read(key));
        try {
          return await write(key, changed);
        } catch (error) {
          if (!(error instanceof ApiError && error.reason === 'Conflict')) throw error;
        }
      }
    },
    async remove(key) {
      const object = await read(key);
      await inApiWords(etcd.remove(path(key)), key);
      return object;
    },
  };
}

/** The text for etcd: the version is etcd's own index, and not kept twice. */
function kept(object: JsonObject): string {
  return JSON.stringify(put(object, ['metadata', 'resourceVersion'], undefined));
}

function withMetadata(resource: Resource, namespace: string, object: JsonObject): JsonObject {
  const given = objectOf(object.metadata);
  const prefix = text(given, 'generateName');
  const name = text(given, 'name') || (prefix === '' ? '' : `${prefix}${randomSuffix()}`);
  const metadata = {
    ...given,
    name,
    ...(resource.namespaced ? { namespace } : {}),
    uid: randomUUID(),
    creationTimestamp: new Date().toISOString().replace(/\.[0-9]+Z$/, 'Z'),
  };
  return { ...object, kind: resource.kind, apiVersion: 'v1', metadata };
}

/** Five letters or digits, as api.SimpleNameGenerator puts behind a generateName. */
function randomSuffix(): string {
  return randomBytes(5).reduce((text, byte) => text + 'bcdfghjklmnpqrstvwxz0123456789'.charAt(byte % 30), '');
}

async function inApiWords<T>(done: Promise<T>, { resource, name }: ObjectKey): Promise<T> {
  try {
    return await done;
  } catch (error) {
    if (error instanceof EtcdUnavailable) throw internalError(error.message);
    if (!(error instanceof EtcdError)) throw error;
    if (error.code === 100) throw notFound(resource.name, name);
    if (error.code === 101) throw conflict(resource.name, name);
    if (error.code === 105) throw alreadyExists(resource.name, name);
    throw internalError(`${error.code}: ${error.message}`);
  }
}
