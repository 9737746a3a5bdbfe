import Handlebars from 'handlebars';

/*
 * What a template prints is one quoted word, so it may only stand where bash reads a word. The lint walks over
 * Handlebars' own tree, marks each printed value with a character no template holds, and follows bash's quoting over
 * the text around it.
 */

const mark = '\uE000';
const builtinHelpers: ReadonlySet<string> = new Set(['log', 'lookup', 'helperMissing', 'blockHelperMissing']);

/** The faults of one template; `text` templates (Markdown) are only held to the rules about printing. */
export function lintTemplate(template: string, kind: 'shell' | 'text'): string[] {
  const faults: string[] = [];
  const text = flatten(Handlebars.parseWithoutProcessing(template), faults);
  return kind === 'shell' ? [...faults, ...followQuotes(text)] : faults;
}

function flatten(program: hbs.AST.Program, faults: string[]): string {
  return program.body.map((node) => flattenNode(node, faults)).join('');
}

function flattenNode(node: hbs.AST.Statement, faults: string[]): string {
  switch (node.type) {
    case 'ContentStatement':
      return (node as hbs.AST.ContentStatement).value;
    case 'MustacheStatement': {
      const { escaped, path, loc } = node as hbs.AST.MustacheStatement;
      if (!escaped) faults.push(`line ${loc.start.line}: prints without quoting`);
      const name = path.type === 'PathExpression' ? (path as hbs.AST.PathExpression).original : '';
      if (builtinHelpers.has(name))
        faults.push(`line ${loc.start.line}: ${name} is a helper of Handlebars, not a value`);
      return mark;
    }
    case 'BlockStatement': {
      const { program, inverse } = node as hbs.AST.BlockStatement;
      // One after the other: both have to leave the quoting as they found it.
      return flatten(program, faults) + (inverse ? flatten(inverse, faults) : '');
    }
    case 'PartialStatement':
    case 'CommentStatement':
      return '';
    default:
      faults.push(`line ${node.loc.start.line}: ${node.type} is not used here`);
      return '';
  }
}

type Place = 'word' | 'comment' | 'single' | 'double' | 'expansion';

const names: Readonly<Record<Exclude<Place, 'word'>, string>> = {
  comment: 'inside a comment',
  single: 'inside quotes',
  double: 'inside quotes',
  expansion: 'inside an expansion',
};

function followQuotes(text: string): string[] {
  const faults: string[] = [];
  let place: Place = 'word';
  let depth = 0;
  let line = 1;
  let heredoc: string | undefined;
  for (const [row, content] of text.split('\n').entries()) {
    line = row + 1;
    if (heredoc !== undefined) {
      if (content.includes(mark)) faults.push(`line ${line}: a value inside a here document`);
      if (content.trim() === heredoc) heredoc = undefined;
      continue;
    }
    for (let at = 0; at < content.length; at++) {
      const character = content.charAt(at);
      if (character === mark) {
        if (place !== 'word') faults.push(`line ${line}: a value ${names[place]}`);
      } else if (character === '\\' && place !== 'single' && place !== 'comment') at++;
      else [place, depth] = step(place, depth, character, content, at);
    }
    if (place === 'comment') place = 'word';
    heredoc = place === 'word' ? /<<-?\s*(['"]?)(\w+)\1/.exec(content.replace(/'[^']*'(?=.*<<)/g, ''))?.[2] : undefined;
  }
  return faults;
}

function step(place: Place, depth: number, character: string, content: string, at: number): [Place, number] {
  const before = content.charAt(at - 1);
  switch (place) {
    case 'word':
      if (character === "'") return ['single', depth];
      if (character === '"') return ['double', depth];
      if (character === '#' && (at === 0 || /[\s;]/.test(before))) return ['comment', depth];
      if ((character === '{' || character === '(') && before === '$') return ['expansion', 1];
      return [place, depth];
    case 'single':
      return [character === "'" ? 'word' : 'single', depth];
    case 'double':
      return [character === '"' ? 'word' : 'double', depth];
    case 'expansion': {
      const now = depth + Number('({'.includes(character)) - Number(')}'.includes(character));
      return [now === 0 ? 'word' : 'expansion', now];
    }
    default:
      return [place, depth];
  }
}
