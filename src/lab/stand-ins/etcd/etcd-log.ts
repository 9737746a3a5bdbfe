import { type CapnslogSeverity, capnslogLine, writeError } from '../log.ts';

/** Writes a line of etcd's log; `part` is the package that speaks. */
export type Say = (part: string, text: string) => void;

export interface EtcdLog {
  readonly info: Say;
  readonly notice: Say;
  readonly warning: Say;
  readonly error: Say;
  readonly critical: Say;
}

/** etcd's log as it is without `--logger=zap`, on the standard error. */
export const etcdLog: EtcdLog = {
  info: say('I'),
  notice: say('N'),
  warning: say('W'),
  error: say('E'),
  critical: say('C'),
};

function say(severity: CapnslogSeverity): Say {
  return (part, text) => writeError(capnslogLine(severity, part, text));
}
