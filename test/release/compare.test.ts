import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareReleases, minorOf, patchOf, sameMinor } from '../../src/release/compare.ts';

test.each([
  ['17.03.2', '1.13.1', 1],
  ['1.10.0', '1.9.9', 1],
  ['1.3.3', '1.3.10', -1],
  ['17.3.2', '17.03.2', 0],
  ['1.10', '1.10.0', 0],
  ['3.0.8', '3.0.17', -1],
] as const)('%s against %s', (a, b, sign) => {
  expect(Math.sign(compareReleases(a, b))).toBe(sign);
  expect(Math.sign(compareReleases(b, a))).toBe(0 - sign);
});

test('the parts of a release', () => {
  expect(minorOf('17.03.2')).toBe('17.03');
  expect(patchOf('17.03.2')).toBe(2);
  expect(patchOf('1.10')).toBe(0);
  expect(sameMinor('17.3.9', '17.03.2')).toBe(true);
  expect(sameMinor('1.1.0', '1.10.0')).toBe(false);
});

test('the order is that of the numbers', () => {
  const release = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30));
  fc.assert(
    fc.property(release, release, (a, b) => {
      const [x, y] = [a, b].map(([major, minor, patch]) => major * 1e4 + minor * 100 + patch);
      expect(Math.sign(compareReleases(a.join('.'), b.join('.')))).toBe(Math.sign((x ?? 0) - (y ?? 0)));
    }),
  );
});
