import type { Lock } from './lock-file.ts';

// By hand, and not by ajv: every command that reads a lock would wait for that to load.
type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const hex = matching(/^[0-9a-f]{64}$/);
const digestOfImage = matching(/^sha256:[0-9a-f]{64}$/);
const size: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const architecture = oneOf('amd64', 'arm64');
const trust = oneOf('catalogue', 'specification', 'first-use');

const program = record({ name: text, architecture, path: text, size, sha256: hex });
const file = record(
  {
    component: oneOf('kubernetes', 'etcd', 'flannel', 'docker'),
    release: text,
    kind: oneOf('official', 'file', 'url', 'loose'),
    file: text,
    size,
    sha256: hex,
    trust,
    programs: listOf(program),
  },
  { url: text },
);
const image = record(
  {
    name: text,
    architecture,
    archive: text,
    source: record({ size, sha256: hex }),
    trust,
    id: digestOfImage,
    layers: listOf(digestOfImage),
    size,
    sha256: hex,
  },
  { from: text, asked: text, file: text },
);

const lock = record({ cluster: text, files: listOf(file), images: listOf(image) });

/** Whether a value has the form of a lock: its digest says that nobody changed it, not that kubebale wrote it. */
export function isLock(value: unknown): value is Lock {
  return lock(value);
}

/** An object with these keys, and perhaps some of the others; which keys more there are is not looked at. */
function record(required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const found = new Map<string, unknown>(Object.entries(value));
    const isRight = ([key, check]: [string, Check]): boolean => check(found.get(key));
    const given = Object.entries(optional).filter(([key]) => found.has(key));
    return Object.entries(required).every(isRight) && given.every(isRight);
  };
}

function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

function matching(pattern: RegExp): Check {
  return (value) => typeof value === 'string' && pattern.test(value);
}

function oneOf(...words: readonly string[]): Check {
  return (value) => typeof value === 'string' && words.includes(value);
}
