import { writeError } from '../log.ts';

/**
 * One line of the daemon's log on the standard error, as logrus writes it to a file (text formatter with docker's
 * RFC3339NanoFixed): `time="2016-07-22T10:00:00.000000000Z" level=info msg="text"`.
 */
export function logLine(level: 'info' | 'warning' | 'error' | 'fatal', message: string, fields = ''): void {
  const time = new Date().toISOString().replace('Z', '000000Z');
  const quoted = message.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  writeError(`time="${time}" level=${level} msg="${quoted}"${fields === '' ? '' : ` ${fields}`} \n`);
}
