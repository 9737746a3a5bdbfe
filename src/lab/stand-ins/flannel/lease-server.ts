import { type Handler, type ServedRequest, sendJson, sendText } from '../http-server.ts';
import { KeyError } from './etcd-keys.ts';
import type { EtcdLeases } from './etcd-leases.ts';
import { readAttributes, readLease, showLease } from './leases.ts';
import { showConfig } from './network-config.ts';

/** What a flanneld in server mode answers (remote/server.go). Whatever goes wrong is a 500 with the error as its text. */
export function leaseServer(manager: EtcdLeases): Handler {
  return async (served) => {
    const { method, url, response } = served;
    const [, version, network, ...path] = url.pathname.split('/');
    const route = `${method} ${path[0] ?? ''}${path.length > 1 && path[1] !== '' ? '/' : ''}`;
    try {
      if (version !== 'v1' || network !== '_' || path.length > 2) sendText(response, 404, '404 page not found\n');
      else if (route === 'GET config') sendJson(response, 200, showConfig(await manager.config()));
      else if (route === 'POST leases') await acquire(served, manager);
      else if (route === 'PUT leases/') await renew(served, manager);
      else if (route === 'GET leases') await watch(served, manager);
      else sendText(response, 404, '404 page not found\n');
    } catch (error) {
      sendText(response, 500, error instanceof Error ? error.message : String(error));
    }
  };
}

async function acquire({ json, body, response }: ServedRequest, manager: EtcdLeases): Promise<void> {
  const attributes = readAttributes(json);
  if (!attributes) sendText(response, 400, `JSON decoding error: ${wrongWith(body)}`);
  else sendJson(response, 200, showLease(await manager.acquire(attributes, () => !response.destroyed)));
}

async function renew({ json, body, response }: ServedRequest, manager: EtcdLeases): Promise<void> {
  const lease = readLease(json);
  if (!lease) sendText(response, 400, `JSON decoding error: ${wrongWith(body)}`);
  else sendJson(response, 200, showLease(await manager.renew(lease)));
}

/** Without `next` all leases there are, with it the first change after that index, when it happens. */
async function watch({ url, response }: ServedRequest, manager: EtcdLeases): Promise<void> {
  const next = url.searchParams.get('next');
  if (next !== null && !/^\d+$/.test(next))
    throw new Error(`failed to parse cursor: strconv.ParseUint: parsing "${next}"`);
  const event = next === null ? undefined : await manager.change(Number(next)).catch(onlyTooOld);
  if (event) {
    const events = [{ type: event.removed ? 'removed' : 'added', lease: showLease(event.lease) }];
    sendJson(response, 200, { events, snapshot: null, cursor: String(event.index) });
    return;
  }
  const { leases, index } = await manager.snapshot(next === null ? {} : undefined);
  sendJson(response, 200, { events: null, snapshot: leases.map(showLease), cursor: String(index) });
}

/** An index that etcd has forgotten is answered with all leases. */
function onlyTooOld(error: unknown): undefined {
  if (error instanceof KeyError && error.code === 401) return undefined;
  throw error;
}

function wrongWith(body: string): string {
  return body === '' ? 'EOF' : 'invalid character';
}
