import type { CatalogueEntry } from './entry.ts';

/** 1xxx: the text is no JSON document. */
export const syntax = {
  KB1001: {
    title: 'The specification is not valid JSON',
    severity: 'error',
    cause:
      'JSON knows no comments, no comma after the last item, and double quotes only. The place shown is where reading stopped; the mistake is there or just before it.',
    example: '{ "name": "prod", } // production',
    cure: 'Correct the place shown. For remarks use the key "$comment", which every object takes.',
  },
  KB1002: {
    title: 'A key stands twice in one object',
    severity: 'error',
    cause:
      'Most readers of JSON silently keep the last of two equal keys, so that the first value, which looks just as valid, has no effect.',
    example: '{ "name": "sandbox-1", "name": "sandbox-2" }',
    cure: 'Keep one of the two and delete the other.',
  },
  KB1003: {
    title: 'The file is not UTF-8 text',
    severity: 'error',
    cause:
      'JSON is exchanged in UTF-8. Windows editors and PowerShell redirections write UTF-16; some old editors write Latin-1 or GBK.',
    example: 'a file that was written with `> cluster.json` in PowerShell 5',
    cure: 'Save the file as UTF-8 in your editor, or convert it: iconv -f UTF-16 -t UTF-8 cluster.json > utf8.json (with -f GBK or -f LATIN1 where that is what it is).',
  },
  KB1004: {
    title: 'The specification is empty',
    severity: 'error',
    cause: 'The file holds nothing but white space: often a download or a redirection that failed, or a full disk.',
    example: 'a file of 0 bytes',
    cure: 'Write a specification; `kubebale init` makes one to start from.',
  },
} as const satisfies Record<string, CatalogueEntry>;
