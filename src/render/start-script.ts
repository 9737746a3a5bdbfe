import type { HostPlan, UnitPlan } from '../plan/types.ts';
import { type Data, ShellWord } from './template-values.ts';

/** What a start script's template prints of a unit. */
export function startScriptData(cluster: string, host: HostPlan, unit: UnitPlan): Readonly<Record<string, Data>> {
  const { command } = unit;
  return {
    cluster,
    host: host.name,
    address: host.address,
    unit: unit.id,
    timeout: unit.timeout,
    directories: unit.directories,
    environment: unit.environment,
    needs: unit.needs.map(({ mode, kind, what, address, port }) => ({ mode, kind, what, address, port })),
    command: [
      [command.binary, ...command.subcommand],
      ...command.flags.map((flag) => flag.words.map((word) => new ShellWord(word))),
    ],
    settings: unit.settings,
  };
}
