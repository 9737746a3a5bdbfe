import { distance } from 'fastest-levenshtein';

/**
 * The candidate that was probably meant.
 *
 * @param written what stands in the specification
 * @param candidates what could stand there
 * @returns the nearest candidate, or undefined when none is near: at most a third of the letters may differ
 */
export function didYouMean(written: string, candidates: Iterable<string>): string | undefined {
  // Numbers and addresses that differ in a digit have nothing to do with each other.
  if (!/[a-z]/i.test(written)) return undefined;
  const wanted = plainLetters(written);
  let best: { candidate: string; away: number } | undefined;
  for (const candidate of candidates) {
    const letters = plainLetters(candidate);
    const away = wanted !== letters && sorted(wanted) === sorted(letters) ? 1 : distance(wanted, letters);
    const limit = Math.max(1, Math.floor(Math.max(wanted.length, letters.length) / 3));
    if (away <= limit && (best === undefined || away < best.away)) best = { candidate, away };
  }
  return best?.candidate;
}

/** Letters in another order are the commonest slip of all: nmae. */
function sorted(text: string): string {
  return [...text].sort().join('');
}

/** Case, hyphens and underscores are matters of habit: pod_cidr means podCIDR. */
function plainLetters(text: string): string {
  return text.replace(/[-_\s]/g, '').toLowerCase();
}
