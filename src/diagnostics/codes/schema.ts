import type { CatalogueEntry } from './entry.ts';

/** 2xxx: the document has not the form that the schema asks for. */
export const schema = {
  KB2001: {
    title: 'Unknown key',
    severity: 'error',
    cause:
      'No key of this name exists at this place. It would have no effect, and the default would be used instead of what you meant.',
    example: '{ "networks": { "podCidr": "10.1.0.0/16" } }',
    cure: 'Use the key that the message suggests, or move it to the object it belongs to. For a remark use "$comment".',
  },
  KB2002: {
    title: 'A required key is missing',
    severity: 'error',
    cause: 'There is no sensible default for it: nobody but you knows the address of a host.',
    example: '{ "name": "prod", "hosts": [{ "name": "node-1", "roles": ["node"] }] }',
    cure: 'Add the key; the message shows an example of its value.',
  },
  KB2003: {
    title: 'A value of the wrong type',
    severity: 'error',
    cause:
      'Text, number, true or false, list and object are different things in JSON: "2380" is a text, 2380 is a number.',
    example: '{ "etcd": { "peerPort": "2380" } }',
    cure: 'Write the value in the type that the message names: numbers, true and false without quotes, text with them.',
  },
  KB2004: {
    title: 'Not one of the permitted values',
    severity: 'error',
    cause: 'The key takes only certain values, and they are compared letter by letter, case included.',
    example: '{ "hosts": [{ "name": "node-1", "address": "10.0.0.1", "roles": ["worker"] }] }',
    cure: 'Use one of the values that the message lists.',
  },
  KB2005: {
    title: 'A text of the wrong form',
    severity: 'error',
    cause: 'The value has to have a certain form, such as three numbers with dots for a release, and this one has not.',
    example: '{ "releases": { "kubernetes": "v1.3.3" } }',
    cure: 'Write it as in the example that the message gives.',
  },
  KB2006: {
    title: 'A number out of range',
    severity: 'error',
    cause:
      'The number is smaller or greater than what the key takes; ports, for one, end at 65535. Numbers beyond 9007199254740991 are refused everywhere, because reading them from JSON changes their digits.',
    example: '{ "apiserver": { "insecurePort": 80800 } }',
    cure: 'Choose a number within the range that the message gives. Very large values of flags can be written as text, in quotes.',
  },
  KB2007: {
    title: 'Too few or too many items, or a text too short or too long',
    severity: 'error',
    cause: 'Lists and texts have limits: a cluster has at least one host, and a host name at most 63 characters.',
    example: '{ "name": "prod", "hosts": [] }',
    cure: 'Bring the list or the text within the limit that the message gives.',
  },
  KB2008: {
    title: 'An item stands twice in a list',
    severity: 'error',
    cause: 'The items of this list have to differ; an equal second one means that something else was meant.',
    example: '{ "etcd": { "clientPorts": [2379, 2379] } }',
    cure: 'Remove the second item, or correct it.',
  },
  KB2009: {
    title: 'A character that no command line can carry',
    severity: 'error',
    cause:
      'The NUL character (\\u0000) ends a word of a command line: the daemon would get another text than the one that is written here.',
    example: '{ "etcd": { "token": "prod\\u0000" } }',
    cure: 'Remove the character. It usually comes from a program that wrote the specification.',
  },
} as const satisfies Record<string, CatalogueEntry>;
