import { ask, type HttpQuestion } from '../http-client.ts';
import { count, isObject, type JsonObject, objectOf, parseJson, text } from './json.ts';

/** What a container of docker is to a kubelet. */
export interface DockerContainer {
  readonly id: string;
  readonly running: boolean;
  readonly image: string;
  readonly labels: JsonObject;
}

/** docker over its HTTP API. All functions reject with an Error in the words of docker's client. */
export interface DockerApi {
  /** The release of the daemon. */
  version(): Promise<string>;
  /** The id of an image; undefined when it is not there. */
  imageId(name: string): Promise<string | undefined>;
  pull(name: string): Promise<void>;
  /** All containers with a label, running or not. */
  containers(label: string): Promise<readonly DockerContainer[]>;
  /** Creates one and starts it. Out: its id. */
  run(name: string, image: string, labels: JsonObject): Promise<string>;
  /** Its address on docker's bridge; '' when it has none. */
  address(id: string): Promise<string>;
  /** Kills and removes; no error when it is gone already. */
  remove(id: string): Promise<void>;
}

/** `endpoint` as in --docker-endpoint: unix:///var/run/docker.sock or tcp://host:port. Paths have no version of the API. */
export function dockerApi(endpoint: string): DockerApi {
  const socketPath = endpoint.startsWith('unix://') ? endpoint.slice('unix://'.length) : undefined;
  const base = socketPath === undefined ? endpoint.replace(/^tcp:/, 'http:').replace(/\/$/, '') : 'http://docker';
  const call = async (path: string, question: HttpQuestion = {}) => {
    const where = socketPath === undefined ? {} : { socketPath };
    try {
      return await ask(base + path, { timeoutMilliseconds: 10_000, ...where, ...question });
    } catch (error) {
      // engine-api's ErrConnectionFailed
      const told = /connection refused|no such file/.test(String(error));
      throw told ? new Error('Cannot connect to the Docker daemon. Is the docker daemon running on this host?') : error;
    }
  };
  const json = async (path: string, question: HttpQuestion = {}): Promise<unknown> => {
    const answer = await call(path, question);
    if (answer.status < 400) return answer.json;
    throw new Error(`Error response from daemon: ${text(answer.json, 'message') || answer.text.trim()}`);
  };
  return {
    version: async () => text(await json('/version', { timeoutMilliseconds: 5000 }), 'Version'),
    async imageId(name) {
      const answer = await call(`/images/${name}/json`);
      if (answer.status === 404) return undefined;
      if (answer.status < 400) return text(answer.json, 'Id');
      throw new Error(`Error response from daemon: ${text(answer.json, 'message') || answer.text.trim()}`);
    },
    async pull(name) {
      const { repository, tag } = splitTag(name);
      const query = new URLSearchParams({ fromImage: repository, tag });
      const answer = await call(`/images/create?${query}`, { method: 'POST', timeoutMilliseconds: 120_000 });
      if (answer.status >= 400) {
        throw new Error(`Error response from daemon: ${text(answer.json, 'message') || answer.text.trim()}`);
      }
      // Once the answer has begun an error can only be told in its last line.
      for (const line of answer.text.split('\n')) {
        const error = text(parseJson(line), 'error');
        if (error !== '') throw new Error(error);
      }
    },
    async containers(label) {
      const query = new URLSearchParams({ all: '1', filters: JSON.stringify({ label: [label] }) });
      const all = await json(`/containers/json?${query}`);
      return (Array.isArray(all) ? all : []).filter(isObject).map((container) => ({
        id: text(container, 'Id'),
        // Before 1.23 the API has no State: "Up 3 seconds" is what it says of one that runs.
        running: text(container, 'State') === 'running' || text(container, 'Status').startsWith('Up'),
        image: text(container, 'ImageID') || text(container, 'Image'),
        labels: objectOf(container.Labels),
      }));
    },
    async run(name, image, labels) {
      // Without OomScoreAdj, which the real kubelet sets to -998: machines that may not lower it could start nothing.
      const body = { Image: image, Labels: labels, HostConfig: {} };
      const made = await json(`/containers/create?name=${encodeURIComponent(name)}`, { method: 'POST', body });
      const id = text(made, 'Id');
      try {
        await json(`/containers/${id}/start`, { method: 'POST', timeoutMilliseconds: 60_000 });
      } catch (error) {
        await call(`/containers/${id}?force=1`, { method: 'DELETE' });
        throw error;
      }
      return id;
    },
    address: async (id) => text(await json(`/containers/${id}/json`), 'NetworkSettings', 'IPAddress'),
    async remove(id) {
      const answer = await call(`/containers/${id}?force=1&v=1`, { method: 'DELETE', timeoutMilliseconds: 30_000 });
      if (answer.status >= 400 && answer.status !== 404) {
        throw new Error(
          `Error response from daemon: ${text(answer.json, 'message') || `status ${count(answer, 'status')}`}`,
        );
      }
    },
  };
}

/** `registry:5000/name:tag` in its two parts; the tag is latest when none is given. */
function splitTag(image: string): { readonly repository: string; readonly tag: string } {
  const match = /^(.*):([^/:]+)$/.exec(image);
  return match ? { repository: match[1] ?? '', tag: match[2] ?? '' } : { repository: image, tag: 'latest' };
}
