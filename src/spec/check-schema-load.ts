import { readFileSync } from 'node:fs';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { schemaValidator } from './schema-validator.ts';

/** As much of a JSON schema as messages need. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
}

interface Loaded {
  readonly root: SchemaNode;
  readonly validate: ValidateFunction;
}

let loaded: Loaded | undefined;

/** The schema and its compiled validator; read once. Throws when the installation lacks the schema. */
export function loadSchema(): Loaded {
  if (loaded) return loaded;
  const root = JSON.parse(readFileSync(new URL('../../schema/v1/cluster.schema.json', import.meta.url), 'utf8'));
  loaded = { root, validate: schemaValidator(root) };
  return loaded;
}

/** A node with its `$ref` followed; its own words, such as examples, go before those of the target. */
export function follow(root: SchemaNode, node: SchemaNode): SchemaNode {
  const name = node.$ref?.replace('#/$defs/', '');
  const target = name === undefined ? undefined : root.$defs?.[name];
  return target ? { ...follow(root, target), ...node } : node;
}

/** The node of the schema that describes the value at a place; undefined where it says nothing of it. */
export function nodeAt(root: SchemaNode, path: readonly string[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const part of path) {
    const here: SchemaNode = follow(root, node);
    // Of several forms only one can have parts.
    const holders: readonly SchemaNode[] = [here, ...(here.anyOf ?? []).map((branch) => follow(root, branch))];
    node = holders.map((holder) => childOf(holder, part)).find((child) => child !== undefined);
    if (!node) return undefined;
  }
  return follow(root, node);
}

function childOf(node: SchemaNode, part: string): SchemaNode | undefined {
  const { properties, additionalProperties, items } = node;
  if (properties && Object.hasOwn(properties, part)) return properties[part];
  if (items && /^[0-9]+$/.test(part)) return items;
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}
