import type { MemberNode, ValueNode } from '@humanwhocodes/momoa';
import { joinPointer } from './pointer.ts';
import { nameOf } from './span-index.ts';

/** A name that an object holds already. */
export interface DuplicateName {
  readonly name: string;
  readonly pointer: string;
  readonly member: MemberNode;
  readonly first: MemberNode;
}

/** All names that stand more than once in their object, in the order of the text. */
export function duplicateNames(body: ValueNode): readonly DuplicateName[] {
  const found: DuplicateName[] = [];
  const visit = (node: ValueNode, pointer: string): void => {
    if (node.type === 'Array') {
      node.elements.forEach((item, index) => {
        visit(item.value, joinPointer(pointer, index));
      });
    }
    if (node.type !== 'Object') return;
    const seen = new Map<string, MemberNode>();
    for (const member of node.members) {
      const name = nameOf(member);
      const place = joinPointer(pointer, name);
      const first = seen.get(name);
      if (first) found.push({ name, pointer: place, member, first });
      else seen.set(name, member);
      visit(member.value, place);
    }
  };
  visit(body, '');
  return found;
}
