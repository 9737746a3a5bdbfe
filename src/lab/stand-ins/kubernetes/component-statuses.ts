import { ask } from '../http-client.ts';
import type { JsonObject } from './json.ts';

/** The items of /api/v1/componentstatuses. */
export type ComponentStatuses = () => Promise<readonly JsonObject[]>;

/**
 * Asks scheduler and controller-manager on this host and each etcd server for their health, as master.go's
 * getServersToValidate has it: ports 10251 and 10252 at 127.0.0.1, whatever flags those two have.
 */
export function componentStatuses(etcdServers: readonly string[]): ComponentStatuses {
  const asked: readonly (readonly [string, string])[] = [
    ['controller-manager', 'http://127.0.0.1:10252/healthz'],
    ['scheduler', 'http://127.0.0.1:10251/healthz'],
    ...etcdServers.map((server, at) => [`etcd-${at}`, `${server.replace(/\/$/, '')}/health`] as const),
  ];
  return () => Promise.all(asked.map(([name, url]) => statusOf(name, url)));
}

async function statusOf(name: string, url: string): Promise<JsonObject> {
  const condition = await conditionOf(url);
  return { metadata: { name }, conditions: [{ type: 'Healthy', ...condition }] };
}

async function conditionOf(url: string): Promise<JsonObject> {
  try {
    const { status, text } = await ask(url, { timeoutMilliseconds: 3000 });
    // etcd says {"health": "false"} with 503, its 2.x releases with 503 too.
    if (status === 200) return { status: 'True', message: text.trim(), error: 'nil' };
    return { status: 'Unknown', message: text.trim(), error: `Unhealthy HTTP status code: ${status}` };
  } catch (error) {
    return { status: 'False', message: `Get ${url}: ${error instanceof Error ? error.message : error}`, error: 'nil' };
  }
}
