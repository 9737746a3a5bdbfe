import { type ServedRequest, sendText } from '../http-server.ts';

/** Answers 405 with what is allowed, and returns false, when the method is none of these. */
export function allowMethod({ method, response }: ServedRequest, ...methods: readonly string[]): boolean {
  if (methods.includes(method)) return true;
  sendText(response, 405, 'Method Not Allowed\n', { Allow: methods.join(',') });
  return false;
}

/** /version, on client and peer URLs. */
export function serveVersion(served: ServedRequest, release: string, cluster: string): void {
  if (!allowMethod(served, 'GET')) return;
  const versions = { etcdserver: release, etcdcluster: cluster === '' ? 'not_decided' : cluster };
  sendText(served.response, 200, JSON.stringify(versions), { 'Content-Type': 'application/json' });
}
