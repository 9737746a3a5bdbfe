import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Diagnostics } from '../diagnostics/collector.ts';
import { joinPointer } from '../source/pointer.ts';
import type { JsonDocument } from '../source/types.ts';
import { checkCharacters } from './check-schema-characters.ts';
import { reportError } from './check-schema-errors.ts';
import { adviseKey } from './check-schema-keys.ts';
import { follow, loadSchema, type SchemaNode } from './check-schema-load.ts';
import type { ClusterSpec } from './cluster-spec.generated.ts';

/**
 * Check the form of a specification against the schema, and its texts for characters that no command line can carry.
 *
 * @param document the parsed specification
 * @param diagnostics gets one finding (2xxx) for each mistake, all of them at once
 * @returns the specification, or undefined when there is an error in its form
 */
export function checkSchema(document: JsonDocument, diagnostics: Diagnostics): ClusterSpec | undefined {
  const before = diagnostics.count('error');
  const { root, validate } = loadSchema();
  const unreadable = checkCharacters(document.value, diagnostics);
  validate(document.value);
  const errors = withoutConsequences(collapse(validate.errors ?? [], root), root);
  for (const error of errors) if (!unreadable.has(pointerOf(error))) reportError(error, root, diagnostics);
  return diagnostics.count('error') === before ? (document.value as ClusterSpec) : undefined;
}

/**
 * Of the errors of all forms that a value may have (anyOf) keep those of the form that was meant: the one whose type
 * the value has. Where it has the type of none, one error lists what is permitted.
 */
function collapse(errors: readonly ErrorObject[], root: SchemaNode): ErrorObject[] {
  const kept: ErrorObject[] = [];
  for (const error of errors) {
    if (error.keyword === 'propertyNames') continue;
    if (error.keyword !== 'anyOf') {
      kept.push(error);
      continue;
    }
    // ajv gives the errors of the forms right before that of anyOf; a node with anyOf has no other keyword here.
    const from = kept.findLastIndex((other) => !isAtOrBelow(other.instancePath, error.instancePath)) + 1;
    const ofForms = kept.splice(from);
    const here = ofForms.filter((other) => other.instancePath === error.instancePath);
    const misfit = (other: ErrorObject): boolean => here.includes(other) && isAboutKind(other);
    const meant = ofForms.filter((other) => !misfit(other));
    kept.push(...(meant.length > 0 ? meant : [permitted(error, root)]));
  }
  return kept;
}

function isAboutKind({ keyword }: ErrorObject): boolean {
  return keyword === 'type' || keyword === 'const' || keyword === 'enum';
}

/** One error for a value that has none of the forms: the values it may have, or the types. */
function permitted(error: ErrorObject, root: SchemaNode): ErrorObject {
  const branches = ((error.schema ?? []) as readonly SchemaNode[]).map((branch) => follow(root, branch));
  if (branches.every((branch) => branch.const !== undefined))
    return { ...error, keyword: 'enum', params: { allowedValues: branches.map((branch) => branch.const) } };
  const types = branches.flatMap((branch) => branch.type ?? JSON.stringify(branch.const));
  return { ...error, keyword: 'type', params: { type: [...new Set(types)] } };
}

/** A required key that is only misspelled is one mistake: the unknown key, with its hint, stays. */
function withoutConsequences(errors: readonly ErrorObject[], root: SchemaNode): ErrorObject[] {
  const meant = new Set<string>();
  for (const { keyword, instancePath, params, parentSchema, data } of errors) {
    if (keyword !== 'additionalProperties') continue;
    const known = Object.keys((parentSchema?.properties ?? {}) as object);
    const advice = adviseKey(root, params.additionalProperty, known, data as object);
    if (advice.meant !== undefined) meant.add(joinPointer(instancePath, advice.meant));
  }
  return errors.filter(
    ({ keyword, instancePath, params }) =>
      keyword !== 'required' || !meant.has(joinPointer(instancePath, params.missingProperty)),
  );
}

/** The place that an error is about. */
function pointerOf({ keyword, instancePath, params, propertyName }: ErrorObject): string {
  if (keyword === 'additionalProperties') return joinPointer(instancePath, params.additionalProperty);
  return propertyName === undefined ? instancePath : joinPointer(instancePath, propertyName);
}

function isAtOrBelow(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}/`);
}
