import { EtcdError } from './errors.ts';
import { cleanPath, nameOf, newNode, restoreNode, type SavedNode, saveNode, type TreeNode } from './tree.ts';

/** The folders and keys of a store, without indexes and events: finding, hanging in and taking out. */
export class KeyTree {
  private root = newRoot();
  private readonly mortal = new Set<TreeNode>();

  /** The node at a path; throws error 104 or 100 with the store's `index`. */
  find(path: string, index: number): TreeNode {
    let node = this.root;
    for (const name of partsOf(path)) {
      if (!node.children) throw new EtcdError(104, node.path, index);
      const child = node.children.get(name);
      if (!child) throw new EtcdError(100, cleanPath(`${node.path}/${name}`), index);
      node = child;
    }
    return node;
  }

  /** The folder at a path, made with all above it where missing; throws error 104 when a key is in the way. */
  makeFolders(path: string, index: number): TreeNode {
    let node = this.root;
    for (const name of partsOf(path)) {
      const child = node.children?.get(name) ?? newNode(cleanPath(`${node.path}/${name}`), index + 1, undefined, node);
      if (!child.children) throw new EtcdError(104, child.path, index);
      node.children?.set(name, child);
      node = child;
    }
    return node;
  }

  hang(node: TreeNode): void {
    node.parent?.children?.set(nameOf(node.path), node);
    this.setLife(node, node.expires);
  }

  detach(node: TreeNode): void {
    node.parent?.children?.delete(nameOf(node.path));
    this.mortal.delete(node);
  }

  /** `expires` in milliseconds since 1970; undefined: it stays for ever. */
  setLife(node: TreeNode, expires: number | undefined): void {
    node.expires = expires;
    if (expires === undefined) this.mortal.delete(node);
    else this.mortal.add(node);
  }

  /** The node that ends first. */
  nextToExpire(): TreeNode | undefined {
    let first: TreeNode | undefined;
    for (const node of this.mortal) if (!first || (node.expires ?? 0) < (first.expires ?? 0)) first = node;
    return first;
  }

  /** Calls `action` for the node and all below it, children before their folder; `action` may take the node out. */
  each(node: TreeNode, action: (node: TreeNode) => void): void {
    for (const child of [...(node.children?.values() ?? [])]) this.each(child, action);
    action(node);
  }

  save(): SavedNode {
    return saveNode(this.root);
  }

  restore(saved: SavedNode): void {
    this.root = restoreNode(saved, undefined);
    this.mortal.clear();
    this.each(this.root, (node) => this.setLife(node, node.expires));
  }
}

function partsOf(path: string): string[] {
  return cleanPath(path)
    .split('/')
    .filter((part) => part !== '');
}

/** Members live below /0, keys below /1 (etcdserver StoreClusterPrefix, StoreKeysPrefix). */
function newRoot(): TreeNode {
  const root = newNode('/', 0, undefined, undefined);
  for (const name of ['0', '1']) root.children?.set(name, newNode(`/${name}`, 0, undefined, root));
  return root;
}
