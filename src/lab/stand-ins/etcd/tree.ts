/** A key or folder of the v2 store. A folder has children and an empty value. */
export interface TreeNode {
  readonly path: string;
  readonly created: number;
  modified: number;
  value: string;
  readonly children: Map<string, TreeNode> | undefined;
  /** Milliseconds since 1970; undefined: never. */
  expires: number | undefined;
  readonly parent: TreeNode | undefined;
}

/** A node as answers show it; what is empty or zero is left out, as Go's omitempty does. */
export interface NodeView {
  key?: string;
  value?: string;
  dir?: true;
  expiration?: string;
  ttl?: number;
  nodes?: NodeView[];
  modifiedIndex?: number;
  createdIndex?: number;
}

/** A node as a snapshot holds it. */
export interface SavedNode {
  readonly path: string;
  readonly created: number;
  readonly modified: number;
  readonly value: string;
  readonly expires?: number;
  readonly children?: readonly SavedNode[];
}

/** Makes a node: a folder when `value` is undefined. It is not hung into the tree. */
export function newNode(
  path: string,
  index: number,
  value: string | undefined,
  parent: TreeNode | undefined,
  expires?: number,
): TreeNode {
  return {
    path,
    created: index,
    modified: index,
    value: value ?? '',
    children: value === undefined ? new Map() : undefined,
    expires,
    parent,
  };
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A path without empty parts, `.` and `..`, beginning with a slash (Go's path.Clean of an absolute path). */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** When a key ends and how many seconds are left, rounded up (store/node.go). */
export function lifetime(expires: number | undefined): Pick<NodeView, 'expiration' | 'ttl'> {
  if (expires === undefined) return {};
  const ttl = Math.ceil((expires - Date.now()) / 1000);
  return { expiration: new Date(expires).toISOString(), ...(ttl !== 0 && { ttl }) };
}

/**
 * A node as an answer shows it. A folder shows its children only when `recursive`, hidden ones (with `_` in front)
 * never.
 */
export function viewOf(node: TreeNode, recursive: boolean, sorted: boolean): NodeView {
  return {
    key: node.path,
    ...contentOf(node, recursive ? Number.POSITIVE_INFINITY : 0, sorted),
    ...lifetime(node.expires),
    ...indexes(node.modified, node.created),
  };
}

/** As the answer to a read: the node itself always shows its children, these theirs only when `recursive`. */
export function readView(node: TreeNode, recursive: boolean, sorted: boolean): NodeView {
  return {
    key: node.path,
    ...contentOf(node, recursive ? Number.POSITIVE_INFINITY : 1, sorted),
    ...lifetime(node.expires),
    ...indexes(node.modified, node.created),
  };
}

/** The two indexes, left out when zero. */
export function indexes(modified: number, created: number): Pick<NodeView, 'modifiedIndex' | 'createdIndex'> {
  return { ...(modified > 0 && { modifiedIndex: modified }), ...(created > 0 && { createdIndex: created }) };
}

function contentOf(node: TreeNode, depth: number, sorted: boolean): NodeView {
  if (!node.children) return { value: node.value };
  if (depth <= 0) return { dir: true };
  const shown = [...node.children.values()].filter((child) => !nameOf(child.path).startsWith('_'));
  if (sorted) shown.sort((a, b) => (a.path < b.path ? -1 : 1));
  const nodes = shown.map((child) => ({
    key: child.path,
    ...contentOf(child, depth - 1, sorted),
    ...lifetime(child.expires),
    ...indexes(child.modified, child.created),
  }));
  return { dir: true, ...(nodes.length > 0 && { nodes }) };
}

/** For a snapshot. */
export function saveNode(node: TreeNode): SavedNode {
  return {
    path: node.path,
    created: node.created,
    modified: node.modified,
    value: node.value,
    ...(node.expires !== undefined && { expires: node.expires }),
    ...(node.children && { children: [...node.children.values()].map(saveNode) }),
  };
}

/** From a snapshot; the node and all below it. */
export function restoreNode(saved: SavedNode, parent: TreeNode | undefined): TreeNode {
  const value = saved.children ? undefined : saved.value;
  const node = newNode(saved.path, saved.created, value, parent, saved.expires);
  node.modified = saved.modified;
  for (const child of saved.children ?? []) node.children?.set(nameOf(child.path), restoreNode(child, node));
  return node;
}
