import { type Handler, type ServedRequest, sendJson, sendText } from '../http-server.ts';
import { ApiError, badRequest, conflict, notFound } from './api-status.ts';
import type { ComponentStatuses } from './component-statuses.ts';
import { field, isObject, type JsonObject, objectOf, put, text } from './json.ts';
import type { ObjectKey, ObjectRegistry } from './object-registry.ts';
import { type Resource, resourceNamed, resources } from './resources.ts';

/** What the routes answer with. */
export interface ApiParts {
  readonly release: string;
  readonly registry: ObjectRegistry;
  readonly componentStatuses: ComponentStatuses;
}

/** The part of the API of v1 that the programs of this stack use of each other. Watch is not served: they poll. */
export function apiRoutes(parts: ApiParts): Handler {
  return async (request) => {
    const words = request.url.pathname.split('/').filter((word) => word !== '');
    try {
      await answer(parts, request, words.map(decodeURIComponent));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      sendJson(request.response, error.code, error.toStatus());
    }
  };
}

async function answer(parts: ApiParts, request: ServedRequest, words: readonly string[]): Promise<void> {
  const { response } = request;
  const [first = '', second, ...rest] = words;
  if (first === 'healthz' && (second === undefined || second === 'ping')) {
    // It says that it runs, and no more: the check of etcd comes with 1.6 (pkg/master/master.go of 1.3).
    return sendText(response, 200, 'ok');
  }
  if (first === 'version') return sendJson(response, 200, versionOf(parts.release));
  if (first === '') return sendJson(response, 200, { paths: ['/api', '/api/v1', '/healthz', '/version'] });
  if (first !== 'api') return sendText(response, 404, '404 page not found\n');
  if (second === undefined) return sendJson(response, 200, { kind: 'APIVersions', versions: ['v1'] });
  if (second !== 'v1') return sendText(response, 404, '404 page not found\n');
  if (rest.length === 0) return sendJson(response, 200, resourceList());
  if (rest[0] === 'componentstatuses') {
    return sendJson(response, 200, listOf('ComponentStatus', await parts.componentStatuses()));
  }
  // A namespace is an object too: /namespaces/NAME alone speaks of it.
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2;
  const namespace = inNamespace ? (rest[1] ?? '') : '';
  const [name = '', ...more] = inNamespace ? rest.slice(2) : rest;
  if (name === 'bindings') return bind(parts, request, namespace);
  const resource = resourceNamed(name);
  if (!resource) throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
  const [object, part] = more;
  if (object === undefined) return collection(parts, request, resource, namespace);
  return single(parts, request, { resource, namespace, name: object }, part);
}

async function collection(parts: ApiParts, request: ServedRequest, resource: Resource, space: string): Promise<void> {
  const { method, response, url } = request;
  if (method === 'GET') {
    const all = await parts.registry.list(resource, space);
    const wanted = all.filter(selector(url.searchParams.get('fieldSelector')));
    return sendJson(response, 200, listOf(resource.kind, wanted));
  }
  if (method !== 'POST') throw notAllowed(method);
  if (resource.namespaced && space === '') throw badRequest('an empty namespace may not be set during creation');
  sendJson(response, 201, await parts.registry.create(resource, space, prepared(resource, bodyOf(request))));
}

async function single(
  parts: ApiParts,
  request: ServedRequest,
  key: ObjectKey,
  part: string | undefined,
): Promise<void> {
  const { registry } = parts;
  const { method, response } = request;
  if (part === 'binding' && method === 'POST') return bind(parts, request, key.namespace, key.name);
  if (part !== undefined && part !== 'status') throw notFound(key.resource.name, `${key.name}/${part}`);
  switch (method) {
    case 'GET':
      return sendJson(response, 200, await registry.get(key));
    case 'DELETE':
      return sendJson(response, 200, await registry.remove(key));
    case 'PUT': {
      const body = bodyOf(request);
      const done = part === 'status' ? replaceStatus(registry, key, body) : registry.replace(key, body);
      return sendJson(response, 200, await done);
    }
    default:
      throw notAllowed(method);
  }
}

/** Only the status is taken over; with a resourceVersion, only while the object has that one. */
function replaceStatus(registry: ObjectRegistry, key: ObjectKey, body: JsonObject): Promise<JsonObject> {
  const version = text(body, 'metadata', 'resourceVersion');
  return registry.change(key, (object) => {
    if (version !== '' && version !== text(object, 'metadata', 'resourceVersion')) {
      throw conflict(key.resource.name, key.name);
    }
    return { ...object, status: body.status };
  });
}

/** Puts a pod on a node; refused when it is on one already (pkg/registry/pod/etcd, BindingREST). */
async function bind(parts: ApiParts, request: ServedRequest, namespace: string, pod?: string): Promise<void> {
  const body = bodyOf(request);
  const name = pod ?? text(body, 'metadata', 'name');
  const node = text(body, 'target', 'name');
  const resource = resourceNamed('pods');
  if (!resource || request.method !== 'POST') throw notAllowed(request.method);
  await parts.registry.change({ resource, namespace, name }, (object) => {
    if (text(object, 'spec', 'nodeName') !== '') throw conflict('pods/binding', name);
    return put(object, ['spec', 'nodeName'], node);
  });
  sendJson(request.response, 201, { kind: 'Status', apiVersion: 'v1', status: 'Success', code: 201 });
}

function bodyOf(request: ServedRequest): JsonObject {
  if (!isObject(request.json)) throw badRequest('the object provided is unrecognized (must be of type v1)');
  return request.json;
}

/** What a strategy's PrepareForCreate gives a new object. */
function prepared(resource: Resource, object: JsonObject): JsonObject {
  if (resource.name === 'pods') return { ...object, status: { phase: 'Pending' } };
  if (resource.name !== 'replicationcontrollers') return object;
  const replicas = field(object, 'spec', 'replicas') ?? 1;
  const selector = field(object, 'spec', 'selector') ?? field(object, 'spec', 'template', 'metadata', 'labels') ?? {};
  return { ...object, spec: { ...objectOf(object.spec), replicas, selector }, status: { replicas: 0 } };
}

/** `spec.nodeName=x`, `metadata.name=x`: the fields that the clients here select by. */
function selector(query: string | null): (object: JsonObject) => boolean {
  const wanted = (query ?? '')
    .split(',')
    .filter((pair) => pair.includes('='))
    .map((pair) => pair.split(/!?==?/));
  return (object) => wanted.every(([path = '', value = '']) => text(object, ...path.split('.')) === value);
}

function notAllowed(method: string): ApiError {
  return new ApiError(405, 'MethodNotAllowed', `${method} is not supported on this resource`);
}

function listOf(kind: string, items: readonly JsonObject[]): JsonObject {
  return { kind: `${kind}List`, apiVersion: 'v1', metadata: {}, items };
}

function resourceList(): JsonObject {
  const served = resources.map(({ name, namespaced, kind }) => ({ name, namespaced, kind }));
  return { kind: 'APIResourceList', groupVersion: 'v1', resources: served };
}

/** The answer of /version. */
function versionOf(release: string): JsonObject {
  const [major = '', minor = ''] = release.split('.');
  return {
    major,
    minor,
    gitVersion: `v${release}`,
    gitCommit: 'stand-in',
    gitTreeState: 'clean',
    platform: 'linux/amd64',
  };
}
