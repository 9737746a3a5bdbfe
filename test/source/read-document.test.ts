import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/compile.ts';
import type { Diagnostic, Span } from '../../src/diagnostics/types.ts';
import { readDocument } from '../../src/source/read-document.ts';

const guide = readFileSync(new URL('../../examples/guide/cluster.json', import.meta.url));
const read = (content: string | Uint8Array) =>
  readDocument({ path: 'cluster.json', bytes: typeof content === 'string' ? Buffer.from(content) : content });
const place = (span: Span | undefined) =>
  span && `${span.start.line}:${span.start.column}-${span.end.line}:${span.end.column}`;

/** The only finding, which has to have a place. */
function only(content: string | Uint8Array): Diagnostic & { readonly at: string | undefined } {
  const { document, diagnostics } = read(content);
  const [first, ...more] = diagnostics.list();
  if (!first || more.length > 0 || document)
    throw new Error(`expected one finding and no document, got ${more.length}`);
  return { ...first, at: place(first.span) };
}

describe('bytes that are no text', () => {
  it('takes UTF-8 with and without a byte order mark', () => {
    expect(read('{"ä": "😀"}').document?.value).toEqual({ ä: '😀' });
    const marked = read('\ufeff{"a": 1}');
    expect(marked.document?.text).toBe('{"a": 1}');
    expect(place(marked.document?.locate('/a'))).toBe('1:7-1:8');
  });

  it.each([
    ['Latin-1', Buffer.from('{\n  "naïve": 1 }', 'latin1'), '2:6-2:6', /byte 0xEF at offset 7 /],
    ['a character cut short', Buffer.from('{"a": "ä').subarray(0, 8), '1:8-1:8', /byte 0xC3 at offset 7 /],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), '1:2-1:2', /byte 0xED at offset 1 /],
    ['an invalid byte after a mark', Buffer.from([0xef, 0xbb, 0xbf, 0x22, 0xff]), '1:2-1:2', /byte 0xFF at offset 4 /],
    ['UTF-16 with a mark', Buffer.from('\ufeff{}', 'utf16le'), '1:1-1:1', /UTF-16 \(little endian\)/],
    ['UTF-16 without one', Buffer.from('{"a":1}', 'utf16le'), '1:1-1:1', /UTF-16 \(little endian\)/],
    ['UTF-16 the other way', Buffer.from('{"a":1}', 'utf16le').swap16(), '1:1-1:1', /UTF-16 \(big endian\)/],
  ])('%s is KB1003', (_name, bytes, at, message) => {
    expect(only(bytes)).toMatchObject({ code: 'KB1003', at, message: expect.stringMatching(message) });
  });

  it.each(['', ' \r\n\t\n', '\ufeff'])('%j is KB1004', (text) => {
    expect(only(text)).toMatchObject({ code: 'KB1004', at: '1:1-1:1' });
  });
});

describe('syntax errors are KB1001, at the place where one has to type', () => {
  it.each([
    ['{\n  "a": 1, // x\n  "b": 2 }', '2:11-2:15', /no comments/, /"\$comment"/],
    ['{ /* a\n b */ "a": 1 }', '1:3-2:6', /no comments/, /"\$comment"/],
    ['# x\n{}', '1:1-1:4', /no comments/, /"\$comment"/],
    ['{"a": 1,\n}', '1:8-1:9', /comma stands before }/, /delete the comma/],
    ['{"a": [1, 2,]}', '1:12-1:13', /comma stands before ]/, /delete the comma/],
    ["{'a': 1}", '1:2-1:5', /single quotes/, /write "a"/],
    ['{"a": “b”}', '1:7-1:10', /typographic quotes/, /write "b"/],
    ['{"a": 1\n "b": 2}', '1:8-1:8', /comma is missing/, /add a comma/],
    ['{"a": 1; "b": 2}', '1:8-1:9', /comma is due/, /comma/],
    ['{"a" 1}', '1:5-1:5', /no colon follows the name "a"/, /"a": …/],
    ['{"a" = 1}', '1:6-1:7', /colon is due/, /"a": …/],
    ['{"a": 1: 2}', '1:8-1:9', /second colon/, /delete/],
    ['["a": 1]', '1:5-1:6', /colon stands in a list/, /\{ \}/],
    ['{a: 1}', '1:2-1:3', /name a is not in double quotes/, /write "a"/],
    ['{"a": yes}', '1:7-1:10', /yes is no value/, /write true/],
    ['{"a": None}', '1:7-1:11', /None is no value/, /write null/],
    ['{"a": sandbox-1}', '1:7-1:16', /no value/, /"sandbox-1"/],
    ['{"a": 007}', '1:7-1:10', /no number/, /write 7/],
    ['{"a": 10.1.0.0/16}', '1:7-1:18', /no number/, /"10.1.0.0\/16"/],
    ['{"a": 1.}', '1:7-1:9', /no number/, /double quotes/],
    ['{"a": }', '1:7-1:8', /without a value/, /value/],
    ['{"a"}', '1:5-1:6', /without a value/, /value/],
    ['[1,,2]', '1:4-1:5', /before this comma/, /delete/],
    ['{"a": 1}}', '1:9-1:10', /closes nothing/, /delete/],
    ['{"a": 1} {}', '1:10-1:11', /follows the end/, /delete/],
    ['{"a": [1}', '1:9-1:10', /} stands here where \] is due/, /\]/],
    ['{"a": {"b": 1}\n', '1:15-1:15', /the { of line 1, column 1 is still open/, /add the }/],
    ['{\n  "a": {\n    "b": 1,\n  "c": {}\n}\n', '5:2-5:2', /the { of line 2, column 8 is still open/, /add the }/],
    ['{"a": "b\n}', '1:7-1:9', /not closed before the end of the line/, /closing "/],
    ['{"a": "b', '1:7-1:9', /not closed before the end of the file/, /closing "/],
    ['{"a": "b\tc"}', '1:9-1:10', /tab/, /\\t/],
    ['{"a": "b\u0001"}', '1:9-1:10', /U\+0001/, /\\u0001/],
    ['{"a": "C:\\Users"}', '1:10-1:12', /\\U is no escape/, /twice/],
    ['{"a": "\\u12"}', '1:8-1:12', /four hexadecimal/, /./],
    ['{"a": "\\ud83d!"}', '1:8-1:14', /half of a character/, /surrogate/],
    ['{"a":\u00a01}', '1:6-1:7', /invisible character U\+00A0/, undefined],
    ['nonsense', '1:1-1:9', /no value/, /"nonsense"/],
  ])('%j', (text, at, message, hint) => {
    const finding = only(text);
    expect(finding).toMatchObject({ code: 'KB1001', at, message: expect.stringMatching(message) });
    if (hint) expect(finding.hint).toMatch(hint);
  });

  it('points to where an open bracket was opened', () => {
    const [related] = only('{\n  "a": [\n    1,\n    2\n}').related ?? [];
    expect(place(related?.span)).toBe('2:8-2:9');
  });

  it('does not fall over deep nesting', () => {
    for (const bracket of ['[', '{"a":']) {
      expect(only(bracket.repeat(100_000))).toMatchObject({
        code: 'KB1001',
        message: expect.stringMatching(/100 brackets/),
      });
    }
    expect(only(`${'['.repeat(100_000)}${']'.repeat(100_000)}`).code).toBe('KB1001');
  });

  it('accepts what JSON.parse accepts, and nothing else', () => {
    const pieces = [
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '\\',
      '\n',
      '\t',
      ' ',
      '1',
      '0',
      '-',
      '.',
      'e',
      'true',
      'null',
      '"a"',
      '\\u0041',
      'é',
      '/',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (parts) => {
        const text = parts.join('');
        const { document, diagnostics } = read(text);
        // Equal names are the one thing that is refused although it is JSON.
        if (diagnostics.list().some(({ code }) => code === 'KB1002')) return;
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          expect(document).toBeUndefined();
          return;
        }
        expect(document?.value).toEqual(value);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('equal names', () => {
  it('reports all of them at any depth, and the first with each', () => {
    const { document, diagnostics } = read('{"a": 1, "b": [{"c": 1, "c": 2}], "a": 2, "\\u0061": 3}');
    const found = diagnostics
      .list()
      .map((one) => [one.code, one.pointer, place(one.span), place(one.related?.[0]?.span)]);
    expect(found).toEqual([
      ['KB1002', '/b/0/c', '1:25-1:28', '1:17-1:20'],
      ['KB1002', '/a', '1:35-1:38', '1:2-1:5'],
      ['KB1002', '/a', '1:43-1:51', '1:2-1:5'],
    ]);
    expect(document?.value).toEqual({ a: 3, b: [{ c: 2 }] });
    expect(place(document?.locate('/a'))).toBe('1:53-1:54');
  });

  it('treats __proto__ as any other name', () => {
    const { document } = read('{"__proto__": {"polluted": true}, "constructor": 1}');
    expect(Object.keys(document?.value ?? {})).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(document?.value)).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
    expect(place(document?.locate('/__proto__/polluted'))).toBe('1:28-1:32');
  });
});

describe('places of pointers', () => {
  const text = '{\r\n  "a/b": { "m~n": [10, "x"] },\r  "": null\n}';
  const locate = read(text).document?.locate;
  it.each([
    ['', undefined, '1:1-4:2'],
    ['/a~1b', undefined, '2:10-2:30'],
    ['/a~1b', 'key', '2:3-2:8'],
    ['/a~1b/m~0n/1', undefined, '2:24-2:27'],
    ['/a~1b/m~0n/1', 'key', '2:24-2:27'],
    ['/a~1b/m~0n/2', undefined, '2:19-2:28'],
    ['/a~1b/m~0n/01', undefined, '2:19-2:28'],
    ['/a~1b/new/deeper', 'key', '2:10-2:30'],
    ['/', undefined, '3:7-3:11'],
    ['/toString', undefined, '1:1-4:2'],
  ] as const)('%j %s', (pointer, part, expected) => {
    expect(place(locate?.(pointer, part))).toBe(expected);
  });

  it('is quick with 5,000 hosts', () => {
    const hosts = Array.from({ length: 5000 }, (_, i) => ({ name: `h${i}`, address: '10.0.0.1', roles: ['node'] }));
    const large = read(JSON.stringify({ name: 'large', hosts }, null, 2));
    const start = performance.now();
    for (let i = 0; i < 5000; i++) large.document?.locate(`/hosts/${i}/name`, 'key');
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('any bytes', () => {
  const mutation = fc.record({
    at: fc.nat(guide.length - 1),
    remove: fc.integer({ min: 0, max: 8 }),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc
        .constantFrom('"', '{', '}', '[', ']', ',', ':', '\\', '//', "'", '9', '-', 'null', '\u202e')
        .map((text) => Buffer.from(text)),
    ),
  });

  it('give a specification or findings with places, never an exception', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        let bytes: Buffer = guide;
        for (const { at, remove, insert } of mutations) {
          bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
        }
        const { plan, diagnostics } = check({ path: 'cluster.json', bytes });
        for (const finding of diagnostics.list()) expect(finding.span, finding.message).toBeDefined();
        expect(plan !== undefined).toBe(!diagnostics.hasErrors);
      }),
      { numRuns: 500 },
    );
  });
});
