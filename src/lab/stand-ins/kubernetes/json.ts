/** An object of JSON whose fields are not known; objects of the Kubernetes API are handed on as such. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

/** Whether a value is an object and neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; {} when it is none. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The field at a path, such as field(pod, 'metadata', 'name'); undefined when any part is missing. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const name of path) at = isObject(at) ? at[name] : undefined;
  return at;
}

/** The text at a path; '' when there is none. */
export function text(value: unknown, ...path: readonly string[]): string {
  const found = field(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The number at a path; 0 when there is none. */
export function count(value: unknown, ...path: readonly string[]): number {
  const found = field(value, ...path);
  return typeof found === 'number' ? found : 0;
}

/** The list at a path; [] when there is none. */
function list(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = field(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The objects of the list at a path. */
export function objects(value: unknown, ...path: readonly string[]): readonly JsonObject[] {
  return list(value, ...path).filter(isObject);
}

/** A copy with another value at a path; undefined takes the field away. */
export function put(object: JsonObject, path: readonly string[], value: unknown): JsonObject {
  const [name, ...rest] = path;
  if (name === undefined) return object;
  return { ...object, [name]: rest.length === 0 ? value : put(objectOf(object[name]), rest, value) };
}

/** A text read as JSON; undefined when it is none. */
export function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
