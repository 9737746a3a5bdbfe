import { ArtifactError } from '../artifacts/artifact-error.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { printableName } from '../diagnostics/printable.ts';
import type { WantedMember } from './wanted.ts';

const maxShown = 5;

/** KB4109: members that an archive should have and has not, with names in it that are near them. */
export function missingMembers(file: string, missing: readonly WantedMember[], seen: readonly string[]): ArtifactError {
  const names = [...new Set(missing.map(({ name }) => name))];
  const near = new Set(names.flatMap((name) => nearPaths(name, seen)));
  const some = [...(near.size > 0 ? near : seen)].slice(0, maxShown).map(printableName);
  const more = near.size === 0 && seen.length > some.length ? ', …' : '';
  const is = seen[0] === '' ? 'is a single program' : `holds ${some.join(', ') || 'no file at all'}${more}`;
  return new ArtifactError(
    'KB4109',
    `${file} does not hold ${names.join(', ')}; it ${is}`,
    'give the archive of the right component and release, or name the paths under "programs" of the artifact in the specification',
  );
}

/** Paths whose last part has the name in it, or nearly is it. */
function nearPaths(name: string, seen: readonly string[]): readonly string[] {
  const base = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('!')) + 1);
  const alike = seen.filter((path) => base(path).includes(name));
  if (alike.length > 0) return alike.slice(0, maxShown);
  const guess = didYouMean(name, seen.map(base));
  return guess === undefined ? [] : seen.filter((path) => base(path) === guess).slice(0, maxShown);
}
