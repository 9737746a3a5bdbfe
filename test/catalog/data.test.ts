import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { catalogFile, cataloguedReleases } from '../../src/catalog/data.ts';
import { compareReleases } from '../../src/release/compare.ts';
import { components } from './components.ts';

const folder = new URL('../../src/catalog/data/', import.meta.url);

test('there is one file for each component and no other', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  expect(files.toSorted()).toEqual(components.map((name) => `${name}.json`).toSorted());
});

describe.each(components)('%s', (component) => {
  const file = catalogFile(component);
  const releases = cataloguedReleases(component);

  test('names itself, and its releases are in order, each with a source', () => {
    expect(file.component).toBe(component);
    expect(releases).toEqual(releases.toSorted(compareReleases));
    for (const { source } of Object.values(file.releases)) expect(source).toMatch(/@?v\d/);
  });

  test('a line ends no earlier than it begins, at releases of the file', () => {
    for (const row of file.flags) {
      for (const end of [row.from, row.to]) if (end !== undefined) expect(releases).toContain(end);
      expect(compareReleases(row.from ?? '0', row.to ?? '99')).toBeLessThanOrEqual(0);
    }
  });

  test('in each release a name belongs to one flag', () => {
    for (const release of releases) {
      const names = file.flags
        .filter(
          (row) => compareReleases(row.from ?? '0', release) <= 0 && compareReleases(release, row.to ?? '99') <= 0,
        )
        .flatMap((row) => row.names);
      expect(names.length).toBeGreaterThan(20);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('names have no dashes in front, the long one comes first, switches say what they mean alone', () => {
    for (const row of file.flags) {
      for (const name of row.names) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
      const lengths = row.names.map((name) => name.length);
      expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
      if (row.type === 'bool') expect(row.bareMeans).toBe('true');
    }
  });

  test('one flag a line', () => {
    const lines = readFileSync(new URL(`${component}.json`, folder), 'utf8').split('\n');
    expect(lines.filter((line) => line.startsWith('  {"names"')).length).toBe(file.flags.length);
  });
});
