import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { follow, type SchemaNode } from './check-schema-load.ts';
import { alternatives } from './check-schema-texts.ts';

/** What to type instead of an unknown key, and the key of the same object that was probably meant. */
export interface KeyAdvice {
  readonly hint: string;
  readonly meant: string | undefined;
}

/**
 * Advise about a key that the schema does not have at its place.
 *
 * @param object the object of the specification that it stands in
 */
export function adviseKey(root: SchemaNode, key: string, known: readonly string[], object: object): KeyAdvice {
  const free = known.filter((name) => !Object.hasOwn(object, name) && !name.startsWith('$'));
  if (/^[\W_]*comments?$|^\/\/|^_/i.test(key)) return { hint: 'for a remark use "$comment"', meant: undefined };
  const meant = didYouMean(key, free);
  if (meant !== undefined) return { hint: `did you mean "${meant}"?`, meant };
  const elsewhere = homesOf(root, key);
  if (elsewhere.length > 0) return { hint: `"${key}" belongs in ${alternatives(elsewhere)}`, meant: undefined };
  if (free.length === 0) return { hint: 'remove it: every key of this object is there already', meant: undefined };
  const list = free.slice(0, 12).join(', ');
  return { hint: `possible here: ${list}${free.length > 12 ? ', …' : ''}`, meant: undefined };
}

/** The objects of the specification that have this key, as messages call them. */
function homesOf(root: SchemaNode, key: string): string[] {
  const homes: string[] = [];
  const visit = (node: SchemaNode, name: string): void => {
    const { properties = {}, items, anyOf = [] } = follow(root, node);
    // A key that every component has tells nothing.
    if (Object.hasOwn(properties, key) && key !== 'flags' && key !== 'verbosity')
      homes.push(name === '' ? 'the top of the specification' : `"${name}"`);
    for (const [child, below] of Object.entries(properties)) visit(below, name === '' ? child : `${name}.${child}`);
    for (const branch of anyOf) visit(branch, name);
    if (items) visit(items, `${name}[]`);
  };
  visit(root, '');
  return homes.slice(0, 3);
}
