import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Diagnostics } from '../diagnostics/collector.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { joinPointer, splitPointer } from '../source/pointer.ts';
import { forms } from './check-schema-forms.ts';
import { adviseKey } from './check-schema-keys.ts';
import { nodeAt, type SchemaNode } from './check-schema-load.ts';
import { alternatives, kindOf, placeName, show, typesInWords } from './check-schema-texts.ts';

type Report = (error: ErrorObject, root: SchemaNode, diagnostics: Diagnostics) => void;

/** Report one error of ajv as one finding. Throws on a keyword that the schema has not had so far. */
export function reportError(error: ErrorObject, root: SchemaNode, diagnostics: Diagnostics): void {
  const report = reports[error.keyword];
  if (!report) throw new Error(`no message for the schema keyword ${error.keyword}`);
  report(error, root, diagnostics);
}

const limit: Report = ({ instancePath, params, data }, root, diagnostics) => {
  const { minimum, maximum } = (nodeAt(root, splitPointer(instancePath)) ?? {}) as Record<string, unknown>;
  const range = minimum !== undefined && maximum !== undefined ? `from ${minimum} to ${maximum}` : `${params.limit}`;
  diagnostics.add('KB2006', instancePath, `${placeName(instancePath)} is ${show(data)}, and it has to be ${range}`, {
    hint: exampleHint(root, instancePath) ?? `write a number ${range}`,
  });
};

const size: Report = ({ instancePath, params, keyword, data }, root, diagnostics) => {
  const isList = Array.isArray(data);
  const bound = `at ${keyword.startsWith('min') ? 'least' : 'most'} ${params.limit}`;
  const count = isList ? data.length : [...String(data)].length;
  const has = `${count === 0 ? 'no' : count} ${isList ? 'item' : 'character'}${count === 1 ? '' : 's'}`;
  diagnostics.add('KB2007', instancePath, `${placeName(instancePath)} has ${has}, and takes ${bound}`, {
    hint: exampleHint(root, instancePath) ?? `give ${bound}`,
  });
};

const choice: Report = ({ instancePath, params, data }, _root, diagnostics) => {
  const allowed: unknown[] = params.allowedValues ?? [params.allowedValue];
  const meant = typeof data === 'string' ? didYouMean(data, allowed.filter(isText)) : undefined;
  const listed = alternatives(allowed.map((value) => JSON.stringify(value)));
  diagnostics.add('KB2004', instancePath, `${placeName(instancePath)} is ${show(data)}, and takes only ${listed}`, {
    hint: meant === undefined ? `write ${listed}` : `did you mean "${meant}"?`,
  });
};

const reports: Readonly<Record<string, Report>> = {
  additionalProperties: ({ instancePath, params, parentSchema, data }, root, diagnostics) => {
    const key: string = params.additionalProperty;
    const known = Object.keys((parentSchema?.properties ?? {}) as object);
    const place = instancePath === '' ? '' : ` in ${placeName(instancePath)}`;
    diagnostics.add('KB2001', joinPointer(instancePath, key), `unknown key ${show(key)}${place}`, {
      part: 'key',
      hint: adviseKey(root, key, known, data as object).hint,
    });
  },
  required: ({ instancePath, params }, root, diagnostics) => {
    const key: string = params.missingProperty;
    const example = nodeAt(root, [...splitPointer(instancePath), key])?.examples?.[0];
    diagnostics.add('KB2002', instancePath, `${placeName(instancePath)} has no "${key}"`, {
      hint: `add "${key}": ${example === undefined ? '…' : JSON.stringify(example)}`,
    });
  },
  type: ({ instancePath, params, data }, root, diagnostics) => {
    const types: readonly string[] = [params.type].flat();
    const is = typeof data === 'object' ? kindOf(data) : `${kindOf(data)}, ${show(data)}`;
    const fraction = typeof data === 'number' && types.includes('integer');
    const found = fraction ? `${show(data)}` : is;
    diagnostics.add(
      'KB2003',
      instancePath,
      `${placeName(instancePath)} is ${found}, and has to be ${typesInWords(types)}`,
      {
        hint:
          retyped(data, types) ??
          exampleHint(root, instancePath) ??
          (instancePath === '' ? 'write { "name": …, "hosts": […] }' : `write ${typesInWords(types)}`),
      },
    );
  },
  enum: choice,
  const: choice,
  pattern: (error, root, diagnostics) => {
    const { instancePath, propertyName, params, data } = error;
    const { form, example } = forms[params.pattern] ?? { form: `a text like ${params.pattern}`, example: '' };
    if (propertyName !== undefined) {
      const pointer = joinPointer(instancePath, propertyName);
      diagnostics.add('KB2005', pointer, `the key ${show(propertyName)} in ${placeName(instancePath)} is not ${form}`, {
        part: 'key',
        hint: /^-+/.test(propertyName) ? `write "${propertyName.replace(/^-+/, '')}"` : `write it like "${example}"`,
      });
      return;
    }
    diagnostics.add('KB2005', instancePath, `${placeName(instancePath)} is ${show(data)}, which is not ${form}`, {
      hint: rewritten(data, params.pattern) ?? exampleHint(root, instancePath) ?? `write it like "${example}"`,
    });
  },
  minimum: limit,
  maximum: limit,
  minItems: size,
  maxItems: size,
  minLength: size,
  maxLength: size,
  uniqueItems: ({ instancePath, params, data }, _root, diagnostics) => {
    // ajv names the later one i; it finds one pair of a list.
    const [later, first] = [Math.max(params.i, params.j), Math.min(params.i, params.j)];
    const item = show((data as unknown[])[later]);
    diagnostics.add('KB2008', `${instancePath}/${later}`, `${item} stands twice in ${placeName(instancePath)}`, {
      hint: 'remove one of the two',
      related: [{ message: 'the first one', pointer: `${instancePath}/${first}` }],
    });
  },
};

function exampleHint(root: SchemaNode, pointer: string): string | undefined {
  const examples = nodeAt(root, splitPointer(pointer))?.examples?.filter((example) => example !== null);
  return examples?.[0] === undefined ? undefined : `for example ${JSON.stringify(examples[0])}`;
}

/** The same value in a type that is permitted, where it is plain what was meant. */
function retyped(data: unknown, types: readonly string[]): string | undefined {
  if (typeof data === 'string') {
    if ((types.includes('integer') || types.includes('number')) && /^-?[0-9]{1,15}$/.test(data))
      return `write ${Number(data)}, without quotes`;
    if (types.includes('boolean') && /^(true|false)$/i.test(data)) return `write ${data.toLowerCase()}, without quotes`;
    if (types.includes('array')) return `write [${show(data)}]`;
  }
  if (types.includes('string') && (typeof data === 'number' || typeof data === 'boolean'))
    return `write "${data}", in quotes`;
  return undefined;
}

/** The value in its proper form, where a small change does it. */
function rewritten(data: unknown, pattern: string): string | undefined {
  if (typeof data !== 'string') return undefined;
  const tries = [
    data.trim(),
    data.trim().toLowerCase(),
    data.replace(/^v/i, ''),
    data.replace(/^https?:\/\//, '').replace(/\/+$/, ''),
  ];
  const right = tries.find((text) => text !== '' && new RegExp(pattern, 'u').test(text));
  return right === undefined ? undefined : `write ${show(right)}`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
