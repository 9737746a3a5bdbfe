import { join } from 'node:path';
import type { UnitPlan } from '../plan/types.ts';
import type { Lab } from './lab.ts';
import { bundleFolder } from './lay-bundles.ts';
import type { PhaseSteps } from './phases.ts';
import type { CommandResult } from './run-command.ts';

/** A script that was run on a host. */
export interface StepResult {
  readonly host: string;
  readonly script: string;
  readonly code: number;
  readonly seconds: number;
  readonly output: string;
}

/** A unit of a host at the end of the rehearsal. */
export interface UnitHealth {
  readonly host: string;
  readonly unit: UnitPlan;
  readonly healthy: boolean;
  /** What its script says when it is not. */
  readonly text: string;
}

export interface Observer {
  readonly onPhase: (title: string) => void;
  readonly onStepStart: (host: string, script: string) => void;
  /** A line that a running script writes. */
  readonly onLine: (host: string, script: string, line: string) => void;
  readonly onStep: (result: StepResult) => void;
}

/** Scripts that force their way past what this machine lacks. */
export interface RehearsalOptions {
  readonly forced: ReadonlySet<string>;
  readonly signal: AbortSignal;
  /** Seconds, of a clock that only goes on. */
  readonly now: () => number;
}

/** A script that only waits for other hosts is fine before those have run theirs. */
const waiting = 3;

/** More at once only get into each other's way: a machine of a room has processors of its own, a lab has not. */
const hostsAtOnce = 4;

/**
 * Run the scripts of all hosts in the order of the run sheet. The members of etcd are started one after the other, as
 * a person walks from host to host; in the later phases hosts are at work beside each other.
 *
 * It ends after the first phase in which a script failed; the observer has seen all results.
 */
export async function runPhases(
  lab: Lab,
  phases: readonly PhaseSteps[],
  observer: Observer,
  options: RehearsalOptions,
): Promise<void> {
  const run = async (host: string, script: string): Promise<StepResult> => {
    const result = await runStep(lab, host, script, observer, options);
    observer.onStep(result);
    return result;
  };
  for (const [index, { title, hosts }] of phases.entries()) {
    observer.onPhase(title);
    const again: { host: string; script: string }[] = [];
    let failed = false;
    await eachHost(hosts, index === 0 ? 1 : hostsAtOnce, async ({ host, scripts }) => {
      for (const script of scripts) {
        const { code } = await run(host, script);
        if (code === waiting) again.push({ host, script });
        else if (code !== 0) {
          failed = true;
          return;
        }
      }
    });
    for (const { host, script } of failed ? [] : again) {
      if ((await run(host, script)).code !== 0) failed = true;
    }
    if (failed) return;
  }
}

/** Ask each unit's own script whether it is healthy. */
export async function unitHealth(
  lab: Lab,
  units: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly UnitHealth[]> {
  const all: UnitHealth[] = [];
  await eachHost(lab.plan.hosts, hostsAtOnce, async (host) => {
    for (const unit of host.units) {
      if (!units.has(unit.id)) continue;
      const { code, output } = await script(lab, host.name, unit.start, ['--health'], { signal });
      all.push({ host: host.name, unit, healthy: code === 0, text: output.trim() });
    }
  });
  return all;
}

async function runStep(
  lab: Lab,
  host: string,
  name: string,
  observer: Observer,
  { forced, signal, now }: RehearsalOptions,
): Promise<StepResult> {
  observer.onStepStart(host, name);
  const begin = now();
  const words = forced.has(name) ? ['--force'] : [];
  const onLine = (line: string): void => observer.onLine(host, name, line);
  const { code, output } = await script(lab, host, name, words, { signal, onLine });
  return { host, script: name, code, seconds: now() - begin, output };
}

/** Run a script of a host's bundle as a person does, who types its path. */
function script(
  lab: Lab,
  host: string,
  path: string,
  words: readonly string[],
  options: { readonly signal: AbortSignal; readonly onLine?: (line: string) => void },
): Promise<CommandResult> {
  return lab.run(host, [join('/root', lab.plan.cluster, path), ...words], options);
}

/** Where a host's own logs are, as this machine sees them. */
export function logFolder(lab: Lab, host: string): string {
  const found = lab.hosts.get(host);
  if (!found) throw new Error(`there is no host ${host}`);
  return join(bundleFolder(found, lab.plan), 'log');
}

/** Do something for all hosts, so many at once. The first error ends it, once those at work have ended. */
async function eachHost<T>(hosts: readonly T[], atOnce: number, task: (host: T) => Promise<void>): Promise<void> {
  const left = [...hosts];
  const errors: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let host = left.shift(); host !== undefined && errors.length === 0; host = left.shift()) {
      await task(host).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, hosts.length) }, work));
  if (errors.length > 0) throw errors[0];
}
