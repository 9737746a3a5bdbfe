import type { HostPlan } from '../plan/types.ts';

/** A process of this machine; a pid alone may belong to another one by now. */
export interface ProcessId {
  readonly pid: number;
  /** Start time, in the kernel's ticks since boot (proc(5), /proc/PID/stat, field 22). */
  readonly start: string;
}

/** A host of a rehearsal. */
export interface LabHost {
  readonly plan: HostPlan;
  /** All that it keeps: its disk, its changes to /etc and /usr. */
  readonly folder: string;
  /** Path of its cgroup below the root of each hierarchy. */
  readonly cgroup: string;
  /** Its network interface. */
  readonly interface: string;
}

/** What a lab's folder says of itself in lab.json, for other runs. */
export interface LabRecord {
  readonly cluster: string;
  /** The run that made it. */
  readonly owner: ProcessId;
  /** It stays when that run has ended. */
  readonly keep: boolean;
  /** The process that holds the network that all hosts hang on. */
  readonly switch?: ProcessId;
  /** The first process of each host, by the host's name. */
  readonly hosts: Readonly<Record<string, ProcessId>>;
}
