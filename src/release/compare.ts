/**
 * Compare two releases number by number: `17.03.2` is newer than `1.13.1`, and `1.10` equals `1.10.0`.
 * In: dotted numbers without a leading v. Out: negative, zero or positive, as `sort` wants it.
 */
export function compareReleases(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The first two numbers of a release, as written: `17.03` of `17.03.2`. */
export function minorOf(release: string): string {
  return release.split('.').slice(0, 2).join('.');
}

/** The third number of a release; 0 when there is none. */
export function patchOf(release: string): number {
  return Number(release.split('.')[2] ?? 0);
}

/** Whether both releases belong to the same minor, `17.3` being `17.03`. */
export function sameMinor(a: string, b: string): boolean {
  return compareReleases(minorOf(a), minorOf(b)) === 0;
}
