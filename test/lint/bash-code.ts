/** A bash text with everything blanked that bash does not read as code. */
export interface BashCode {
  readonly text: string;
  /**
   * As long as `text`. Comments and quoted here-documents are blanks; plain text inside quotes and here-documents is
   * `_`, while expansions in there stay. A line that goes on behind a backslash is one line.
   */
  readonly code: string;
  /** Line number (from 1) → comment, with its `#`. */
  readonly comments: ReadonlyMap<number, string>;
  /** The line, from 1, of an offset in the text. */
  lineAt(offset: number): number;
}

interface Heredoc {
  readonly end: string;
  readonly quoted: boolean;
  readonly tabs: boolean;
}

/** What surrounds the place that is read: code, double quotes, a `${…}`, `$(…)`, `((…))` or a here-document. */
type Frame = 'code' | 'quotes' | 'braces' | 'parens' | 'arithmetic' | 'document';

/**
 * Read a bash text just far enough to know what in it is code. In: any text. It never throws. Not understood: a `case`
 * inside `$(…)` whose patterns have no opening parenthesis.
 */
export function readBash(text: string): BashCode {
  const reader = new Reader(text);
  reader.read();
  const starts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  const lineAt = (offset: number): number => starts.findLastIndex((start) => start <= offset) + 1;
  const comments = new Map([...reader.comments].map(([offset, comment]) => [lineAt(offset), comment]));
  return { text, code: reader.out.join(''), comments, lineAt };
}

class Reader {
  readonly out: string[];
  readonly comments = new Map<number, string>();
  readonly #text: string;
  readonly #frames: Frame[] = ['code'];
  readonly #pending: Heredoc[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.out = text.split('');
  }

  read(): void {
    while (this.#at < this.#text.length) this.#step();
  }

  #step(): void {
    const char = this.#text[this.#at] ?? '';
    if (char === '\\') this.#fill(this.#at + 2, this.#text[this.#at + 1] === '\n' ? ' ' : '_');
    else if (char === '\n' && this.#pending.length > 0 && this.#frame !== 'quotes') this.#documents();
    else if (char === '$' || char === '`') this.#expansion();
    else if (this.#closes(char)) this.#close();
    else if (this.#frame === 'quotes' || this.#frame === 'document') this.#fill(this.#at + 1, '_');
    else if (char === '"') this.#open('quotes', 1);
    else if (char === "'" && !this.#insideQuotes) this.#string();
    else if (this.#frame === 'braces') this.#at += 1;
    else if (this.#frame === 'arithmetic') this.#group(char);
    else this.#inCode(char);
  }

  /** Outside all quotes: comments, here-documents, groups. */
  #inCode(char: string): void {
    const rest = this.#text.slice(this.#at, this.#at + 200);
    const heredoc = /^<<(-?)[ \t]*(\\?)(['"]?)([\w.]+)\3/.exec(rest);
    if (char === '#' && /^[\s;&|()]?$/.test(this.#text.slice(Math.max(0, this.#at - 1), this.#at))) this.#comment();
    else if (rest.startsWith('<<<')) this.#at += 3;
    else if (heredoc) {
      const [all, dash, backslash, quote, end = ''] = heredoc;
      this.#pending.push({ end, quoted: backslash !== '' || quote !== '', tabs: dash !== '' });
      this.#at += all.length;
    } else if (rest.startsWith('((')) this.#open('arithmetic', 2);
    else this.#group(char);
  }

  #group(char: string): void {
    if (char === '(') this.#open('parens', 1);
    else this.#at += 1;
  }

  #expansion(): void {
    const rest = this.#text.slice(this.#at);
    const ansi = this.#insideQuotes ? null : /^\$'(\\.|[^'\\])*'/s.exec(rest);
    if (ansi) this.#fill(this.#at + ansi[0].length, '_');
    else if (rest.startsWith('$((')) this.#open('arithmetic', 3);
    else if (rest.startsWith('$(')) this.#open('parens', 2);
    else if (rest.startsWith('${')) this.#open('braces', 2);
    else this.#at += /^\$(\w+|[@*#?!$-])/.exec(rest)?.[0].length ?? 1;
  }

  /** Text of here-documents that began on the line which ends here. */
  #documents(): void {
    this.#at += 1;
    for (const { end, quoted, tabs } of this.#pending.splice(0)) {
      const pattern = new RegExp(`^${tabs ? '\\t*' : ''}${end.replaceAll('.', '\\.')}$`, 'm');
      const length = this.#text.slice(this.#at).search(pattern);
      const stop = length < 0 ? this.#text.length : this.#at + length;
      if (quoted) this.#fill(stop, ' ');
      else {
        const depth = this.#frames.push('document');
        while (this.#at < stop) this.#step();
        this.#frames.length = depth - 1;
      }
      const line = this.#text.indexOf('\n', this.#at);
      this.#fill(line < 0 ? this.#text.length : line, ' ');
    }
  }

  #string(): void {
    this.#fill(this.#text.indexOf("'", this.#at + 1) + 1 || this.#text.length, '_');
  }

  #comment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    const stop = end < 0 ? this.#text.length : end;
    this.comments.set(this.#at, this.#text.slice(this.#at, stop));
    this.#fill(stop, ' ');
  }

  get #frame(): Frame {
    return this.#frames.at(-1) ?? 'code';
  }

  /** Whether a single quote is a plain letter here: inside double quotes it is, even within `${…}`. */
  get #insideQuotes(): boolean {
    const outer = this.#frames.findLast((frame) => frame !== 'braces' && frame !== 'arithmetic');
    return outer === 'quotes' || outer === 'document';
  }

  #closes(char: string): boolean {
    const ends = { code: '', document: '', quotes: '"', braces: '}', parens: ')', arithmetic: ')' };
    return char === ends[this.#frame];
  }

  #close(): void {
    // `))` ends arithmetic; a single `)` in there belongs to a group of its own.
    const double = this.#frame === 'arithmetic' && this.#text[this.#at + 1] === ')';
    this.#frames.pop();
    this.#at += double ? 2 : 1;
  }

  #open(frame: Frame, length: number): void {
    this.#frames.push(frame);
    this.#at += length;
  }

  #fill(stop: number, filler: ' ' | '_'): void {
    for (; this.#at < Math.min(stop, this.#text.length); this.#at += 1) this.out[this.#at] = filler;
  }
}
