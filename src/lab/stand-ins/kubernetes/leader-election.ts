import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { glog } from '../log.ts';
import type { Flags } from '../types.ts';
import { type ApiClient, isCode, messageOf } from './api-client.ts';
import { count, type JsonObject, objectOf, parseJson, put, text } from './json.ts';

const annotation = 'control-plane.alpha.kubernetes.io/leader';

/** The three times of a leader election, from the --leader-elect-* flags. */
interface Times {
  readonly lease: number;
  readonly renew: number;
  readonly retry: number;
}

/**
 * Leads in turn with its likes, as pkg/client/leaderelection of 1.3 does: a record in an annotation of the endpoints
 * kube-system/NAME, changed by compare-and-swap. Whose the lease is goes by this host's own clock from when the record
 * was seen to change, so clocks that are off do no harm. Resolves when this one leads; `lost` resolves when it no
 * longer does, and then the real programs end. Without --leader-elect it leads at once and for ever.
 */
export async function lead(api: ApiClient, name: string, flags: Flags): Promise<{ readonly lost: Promise<void> }> {
  if (!flags.on('leader-elect')) return { lost: new Promise(() => {}) };
  const times = {
    lease: flags.milliseconds('leader-elect-lease-duration'),
    renew: flags.milliseconds('leader-elect-renew-deadline'),
    retry: flags.milliseconds('leader-elect-retry-period'),
  };
  const elector = createElector(api, name, times);
  while (!(await elector.tryAcquireOrRenew())) {
    // wait.JitterUntil with JitterFactor 1.2
    await pause(times.retry * (1 + Math.random() * 1.2));
  }
  glog.info('leaderelection.go:188', `sucessfully acquired lease kube-system/${name}`);
  return { lost: keep(elector, name, times) };
}

async function keep(elector: Elector, name: string, times: Times): Promise<void> {
  for (let last = performance.now(); performance.now() - last < times.renew; ) {
    await pause(times.retry);
    if (await elector.tryAcquireOrRenew()) last = performance.now();
  }
  glog.info('leaderelection.go:215', `failed to renew lease kube-system/${name}`);
}

interface Elector {
  readonly tryAcquireOrRenew: () => Promise<boolean>;
}

function createElector(api: ApiClient, name: string, times: Times): Elector {
  // Two on hosts of one name would both lead: so would the real ones of 1.3, which are known by their host name.
  const id = hostname();
  const folder = 'namespaces/kube-system/endpoints';
  let seen = '';
  let seenAt = 0;
  const record = (before: JsonObject | undefined): string => {
    const now = new Date().toISOString().replace(/\.[0-9]+Z$/, 'Z');
    const mine = text(before, 'holderIdentity') === id;
    return JSON.stringify({
      holderIdentity: id,
      leaseDurationSeconds: times.lease / 1000,
      acquireTime: mine ? text(before, 'acquireTime') : now,
      renewTime: now,
      leaderTransitions: count(before, 'leaderTransitions') + (before === undefined || mine ? 0 : 1),
    });
  };
  const swap = async (): Promise<boolean> => {
    let endpoints: JsonObject;
    try {
      endpoints = await api.get(`${folder}/${name}`);
    } catch (error) {
      if (!isCode(error, 404)) {
        glog.error('leaderelection.go:252', `error retrieving endpoint: ${messageOf(error)}`);
        return false;
      }
      const metadata = { name, namespace: 'kube-system', annotations: { [annotation]: record(undefined) } };
      await api.create(folder, { metadata });
      return true;
    }
    const written = text(endpoints, 'metadata', 'annotations', annotation);
    if (written !== seen) {
      seen = written;
      seenAt = performance.now();
    }
    const parsed = parseJson(written);
    const holder = text(parsed, 'holderIdentity');
    if (holder !== '' && holder !== id && performance.now() - seenAt < times.lease) {
      glog.info('leaderelection.go:275', `lock is held by ${holder} and has not yet expired`);
      return false;
    }
    const before: JsonObject | undefined = holder === '' ? undefined : objectOf(parsed);
    const next = record(before);
    await api.replace(`${folder}/${name}`, put(endpoints, ['metadata', 'annotations', annotation], next));
    seen = next;
    seenAt = performance.now();
    return true;
  };
  return {
    async tryAcquireOrRenew() {
      try {
        return await swap();
      } catch (error) {
        glog.error('leaderelection.go:285', `Failed to update lock: ${messageOf(error)}`);
        return false;
      }
    },
  };
}
