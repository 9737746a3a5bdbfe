import { parseGoDuration } from '../../catalog/go-values.ts';

/** A Go duration such as `1m30s` in milliseconds; 0 for a text that is none (the command line was checked before). */
export function toMilliseconds(text: string): number {
  return (parseGoDuration(text) ?? 0) / 1e6;
}

/** Milliseconds as Go's time.Duration prints them: `1m30s`, `2.5s`, `300ms`, `0s`. */
export function goDuration(milliseconds: number): string {
  if (milliseconds < 0) return `-${goDuration(-milliseconds)}`;
  if (milliseconds === 0) return '0s';
  if (milliseconds < 1000) return `${milliseconds}ms`;
  const seconds = milliseconds / 1000;
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const rest = Number((seconds - minutes * 60).toFixed(9));
  if (hours > 0) return `${hours}h${minutes % 60}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}
