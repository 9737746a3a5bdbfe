import { type Listening, sendJson, sendText, serve } from '../../../src/lab/stand-ins/http-server.ts';
import { type JsonObject, objectOf, text } from '../../../src/lab/stand-ins/kubernetes/json.ts';

/** A docker of a test: as much of the API as a kubelet asks for. */
export interface TinyDocker extends Listening {
  readonly images: Set<string>;
  /** By id. */
  readonly containers: Map<string, { readonly name: string; readonly labels: JsonObject; running: boolean }>;
  /** What a pull says; undefined: it works. */
  pullError: string | undefined;
  pulls: number;
}

/** Listens on a unix socket. */
export async function tinyDocker(socket: string): Promise<TinyDocker> {
  const images = new Set<string>();
  const containers: TinyDocker['containers'] = new Map();
  let next = 1;
  const state = { images, containers, pullError: undefined as string | undefined, pulls: 0 };
  const listening = await serve(socket, 0, ({ method, url, json, response }) => {
    const path = decodeURIComponent(url.pathname);
    const [, id = ''] = /^\/containers\/([^/]+)/.exec(path) ?? [];
    const container = containers.get(id);
    if (path === '/version') return sendJson(response, 200, { Version: '1.11.2', ApiVersion: '1.23' });
    if (path === '/images/create') {
      state.pulls++;
      const name = `${url.searchParams.get('fromImage')}:${url.searchParams.get('tag')}`;
      if (state.pullError !== undefined)
        return sendText(response, 200, `{"status":"Pulling"}\n{"error":"${state.pullError}"}\n`);
      images.add(name);
      return sendText(response, 200, '{"status":"Pulling"}\n{"status":"done"}\n');
    }
    const image = /^\/images\/(.*)\/json$/.exec(path)?.[1];
    if (image !== undefined) {
      return images.has(image)
        ? sendJson(response, 200, { Id: 'sha256:1' })
        : sendJson(response, 404, { message: 'No such image' });
    }
    if (path === '/containers/json') {
      const all = [...containers].map(([Id, one]) => ({
        Id,
        Names: [`/${one.name}`],
        Labels: one.labels,
        Status: one.running ? 'Up 1 second' : 'Exited',
      }));
      return sendJson(response, 200, all);
    }
    if (path === '/containers/create') {
      if (!images.has(text(json, 'Image'))) return sendJson(response, 404, { message: 'No such image' });
      const made = `c${next++}`;
      containers.set(made, {
        name: url.searchParams.get('name') ?? '',
        labels: objectOf(objectOf(json).Labels),
        running: false,
      });
      return sendJson(response, 201, { Id: made });
    }
    if (!container) return sendJson(response, 404, { message: `No such container: ${id}` });
    if (path.endsWith('/start')) container.running = true;
    if (method === 'DELETE') containers.delete(id);
    if (path.endsWith('/json')) return sendJson(response, 200, { NetworkSettings: { IPAddress: '172.17.0.2' } });
    sendText(response, 204, '');
  });
  return Object.assign(state, listening);
}
