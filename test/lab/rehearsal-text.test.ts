import { describe, expect, it } from 'vitest';
import { check } from '../../src/compile.ts';
import { healthTable, standInText, stepText } from '../../src/lab/rehearsal-text.ts';
import type { StepResult, UnitHealth } from '../../src/lab/rehearse.ts';
import type { ClusterPlan } from '../../src/plan/types.ts';
import { minimal } from '../support/specs.ts';

function guide(): ClusterPlan {
  const { plan } = check({ path: 'cluster.json', bytes: Buffer.from(JSON.stringify(minimal())) });
  if (!plan) throw new Error('the specification is wrong');
  return plan;
}

const step = (more: Partial<StepResult>): StepResult => ({
  host: 'sandbox-1',
  script: 'etcd/start-etcd.sh',
  code: 0,
  seconds: 2.06,
  output: 'etcd is healthy\n',
  ...more,
});

/** All units of all hosts as healthy, but for those that `bad` has a text for, by `host unit`. */
function healthOf(plan: ClusterPlan, bad: Readonly<Record<string, string>> = {}): readonly UnitHealth[] {
  return plan.hosts.flatMap(({ name, units }) =>
    units.map((unit) => {
      const text = bad[`${name} ${unit.id}`];
      return { host: name, unit, healthy: text === undefined, text: text ?? '' };
    }),
  );
}

describe('the line of a script', () => {
  it('has verdict, host, script and time in columns, and nothing of what a script that went well said', () => {
    expect(stepText(step({}), 12)).toBe('  ok      sandbox-1     etcd/start-etcd.sh  2.1 s');
    expect(stepText(step({ code: 3, seconds: 12 }), 9)).toBe('  waits   sandbox-1  etcd/start-etcd.sh  12.0 s');
  });

  it('is followed by the last twenty lines of what a script that failed said', () => {
    const output = `${Array.from({ length: 30 }, (_, index) => `line ${index + 1}`).join('\n')}\n\n`;
    const lines = stepText(step({ code: 1, output }), 9).split('\n');
    expect(lines[0]).toBe('  FAILED  sandbox-1  etcd/start-etcd.sh  2.1 s, exit code 1');
    expect(lines.slice(1)).toEqual(Array.from({ length: 20 }, (_, index) => `    | line ${index + 11}`));
  });

  it.each([2, 4, 126, 127, 137])('calls exit code %i a failure', (code) => {
    expect(stepText(step({ code }), 9)).toContain(`FAILED  sandbox-1  etcd/start-etcd.sh  2.1 s, exit code ${code}`);
  });
});

describe('the table at the end', () => {
  const plan = guide();

  it('has a line for each unit in the order of the run sheet, with its slowest start and its program', () => {
    const steps = [
      step({ seconds: 1 }),
      step({ host: 'sandbox-2', seconds: 7.25 }),
      step({ script: 'update-hosts.sh' }),
    ];
    const lines = healthTable(plan, healthOf(plan), steps, new Set<string>()).split('\n');
    const order = [...new Set(plan.phases.flatMap(({ units }) => units))];
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['UNIT', ...order]);
    expect(lines[0]).toBe('UNIT                     HEALTHY    SLOWEST START  PROGRAM');
    expect(lines[1]).toMatch(/^etcd {21}3 of 3 {5}7\.3 s {10}etcd \d+\.\d+\.\d+$/);
    // Of a unit whose script was not run there is no time.
    expect(lines.find((line) => line.startsWith('kubelet '))).toMatch(/ 3 of 3 +- +kubelet /);
  });

  it('names each program that is a stand-in as such, and no other', () => {
    const standIns = new Set(['kubelet']);
    const lines = healthTable(plan, healthOf(plan), [], standIns).split('\n');
    expect(lines.filter((line) => line.endsWith(', a stand-in')).map((line) => line.split(' ')[0])).toEqual([
      'kubelet',
    ]);
  });

  it('leaves out units that were not to be started', () => {
    const health = healthOf(plan).filter(({ unit }) => unit.id === 'etcd');
    expect(healthTable(plan, health, [], new Set<string>()).split('\n')).toHaveLength(2);
  });

  it('says of what is not healthy why, once for all hosts of which the same is said', () => {
    const bad = {
      'sandbox-1 docker': 'docker does not answer',
      'sandbox-3 docker': 'docker does not answer',
      'sandbox-2 kubelet': '',
    };
    const text = healthTable(plan, healthOf(plan, bad), [], new Set<string>());
    expect(text).toMatch(/^docker +1 of 3 /m);
    expect(text).toMatch(/^kubelet +2 of 3 /m);
    const notes = text.slice(text.indexOf('\n\n') + 2).split('\n');
    expect(notes.toSorted()).toEqual([
      '  docker: docker does not answer (sandbox-1, sandbox-3)',
      '  kubelet: not healthy (sandbox-2)',
    ]);
  });

  it('keeps what it says to the width of a terminal', () => {
    const text = healthTable(
      plan,
      healthOf(plan, { 'sandbox-1 etcd': 'word '.repeat(60).trim() }),
      [],
      new Set<string>(),
    );
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('what is said of stand-ins', () => {
  it('is nothing where there are none', () => {
    expect(standInText(new Set<string>())).toBe('');
  });

  it('names them in order, in lines that fit', () => {
    const names = ['kubelet', 'docker', 'etcd', 'kube-controller-manager', 'kube-apiserver', 'flanneld'];
    const text = standInText(new Set(names));
    expect(text.replace(/\s+/g, ' ')).toContain(`: ${names.toSorted().join(', ')}.`);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
