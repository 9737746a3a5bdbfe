import type { MemberNode, ValueNode } from '@humanwhocodes/momoa';
import type { Locate } from '../diagnostics/collector.ts';
import type { Span } from '../diagnostics/types.ts';
import type { Lines } from './lines.ts';
import { splitPointer } from './pointer.ts';

/** Finds the places of JSON pointers in a parsed document; nothing is worked out before it is asked for. */
export function locator(body: ValueNode, lines: Lines): Locate {
  const members = new WeakMap<ValueNode, ReadonlyMap<string, MemberNode>>();
  const cached = (node: ValueNode): ReadonlyMap<string, MemberNode> => {
    const known = members.get(node) ?? membersOf(node);
    members.set(node, known);
    return known;
  };
  return (pointer, part = 'value') => {
    let node = body;
    let name: Span | undefined;
    for (const step of splitPointer(pointer)) {
      const member = node.type === 'Object' ? cached(node).get(step) : undefined;
      const next = member ? member.value : element(node, step);
      // What is not in the text is marked at the value that it would stand in.
      if (!next) return spanOf(node, lines);
      name = member ? spanOf(member.name, lines) : undefined;
      node = next;
    }
    return part === 'key' && name ? name : spanOf(node, lines);
  };
}

/** The span of a node of the tree. */
export function spanOf(node: { readonly loc: ValueNode['loc'] }, lines: Lines): Span {
  return lines.span(node.loc.start.offset, node.loc.end.offset);
}

/** The text of a member's name. */
export function nameOf(member: MemberNode): string {
  return member.name.type === 'String' ? member.name.value : member.name.name;
}

/** Of equal names the last one counts, as it does for the value. */
function membersOf(node: ValueNode): ReadonlyMap<string, MemberNode> {
  return new Map(node.type === 'Object' ? node.members.map((member) => [nameOf(member), member]) : []);
}

function element(node: ValueNode, step: string): ValueNode | undefined {
  return node.type === 'Array' && /^(?:0|[1-9][0-9]*)$/.test(step) ? node.elements[Number(step)]?.value : undefined;
}
