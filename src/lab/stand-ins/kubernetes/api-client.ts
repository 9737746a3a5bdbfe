import { ask, type HttpQuestion } from '../http-client.ts';
import { ApiError } from './api-status.ts';
import { type JsonObject, objectOf, objects, text } from './json.ts';

/** Asks one API server. All functions reject with ApiError for an answer, and with Error in Go's words without one. */
export interface ApiClient {
  /** In: the path behind /api/v1/, such as `nodes/sandbox-1`. */
  get(path: string): Promise<JsonObject>;
  /** The items of a list. */
  list(path: string): Promise<readonly JsonObject[]>;
  create(path: string, object: JsonObject): Promise<JsonObject>;
  replace(path: string, object: JsonObject): Promise<JsonObject>;
  remove(path: string): Promise<void>;
}

/** `master` as in --master or --api-servers: a URL, or host:port, which means http. */
export function apiClient(master: string, timeoutMilliseconds = 5000): ApiClient {
  const base = `${baseOf(master)}/api/v1/`;
  const call = async (path: string, question: HttpQuestion): Promise<JsonObject> => {
    const verb = `${question.method ?? 'GET'}`.replace(/(?<=.).*/, (rest) => rest.toLowerCase());
    let answer: Awaited<ReturnType<typeof ask>>;
    try {
      answer = await ask(base + path, { timeoutMilliseconds, ...question });
    } catch (error) {
      throw new Error(`${verb} ${base}${path}: ${error instanceof Error ? error.message : error}`);
    }
    if (answer.status < 400) return objectOf(answer.json);
    const said = text(answer.json, 'message') || `an error on the server has prevented the request from succeeding`;
    throw new ApiError(answer.status, text(answer.json, 'reason'), said);
  };
  return {
    get: (path) => call(path, {}),
    list: async (path) => objects(await call(path, {}), 'items'),
    create: (path, body) => call(path, { method: 'POST', body }),
    replace: (path, body) => call(path, { method: 'PUT', body }),
    async remove(path) {
      await call(path, { method: 'DELETE' });
    },
  };
}

/** The URL without a slash at its end. */
export function baseOf(master: string): string {
  const url = /^https?:\/\//.test(master) ? master : `http://${master || 'localhost:8080'}`;
  return url.replace(/\/+$/, '');
}

/** Whether an error is the API server's answer with this code. */
export function isCode(error: unknown, code: number): boolean {
  return error instanceof ApiError && error.code === code;
}

/** The text of an error of any kind. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Where a pod or the like stands: `namespaces/NS/KIND/NAME`. */
export function pathOf(kind: string, object: JsonObject): string {
  const [namespace, name] = [text(object, 'metadata', 'namespace'), text(object, 'metadata', 'name')];
  return `namespaces/${namespace}/${kind}/${name}`;
}
