/** kubectl's command line, read. */
export interface KubectlOptions {
  readonly words: readonly string[];
  readonly server: string;
  readonly namespace: string;
  readonly output: string;
  readonly filename: string;
  readonly replicas: number | undefined;
  readonly on: (flag: 'all-namespaces' | 'force' | 'client' | 'all') => boolean;
}

const withValue = new Set(['server', 'namespace', 'output', 'filename', 'replicas', 'grace-period', 'timeout']);
const withoutValue = new Set(['all-namespaces', 'force', 'client', 'all', 'ignore-daemonsets', 'delete-local-data']);
// 1.3's drain knows neither of them: pods with local data count from 1.4 on, and it waits for none to end.
const notOfDrain = new Set(['delete-local-data', 'timeout']);
// 1.3 has no -n for --namespace: that came with 1.4.
const letters: Readonly<Record<string, string>> = { s: 'server', o: 'output', f: 'filename', c: 'client' };

/** Reads it as cobra does; a text is the complaint. `release`: the letters that it knows. */
export function kubectlOptions(release: string, argv: readonly string[]): KubectlOptions | string {
  const values = new Map<string, string>();
  const words: string[] = [];
  const minor = Number(release.split('.')[1]);
  const short = minor >= 4 ? { ...letters, n: 'namespace' } : letters;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') {
      words.push(...argv.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const [, dashes = '', typed = '', given] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const letter = typed.charAt(0);
    const name = dashes === '--' ? typed : Object.entries(short).find(([one]) => one === letter)?.[1];
    if (name === undefined) return `unknown shorthand flag: '${letter}' in ${word}`;
    if (minor < 4 && argv.includes('drain') && notOfDrain.has(name)) return `unknown flag: --${name}`;
    if (withoutValue.has(name)) {
      values.set(name, given ?? 'true');
      continue;
    }
    if (!withValue.has(name)) return `unknown flag: --${name}`;
    // -ojson, -o=json, -o json
    const value = dashes === '-' && typed.length > 1 ? word.slice(2) : (given ?? argv[++at]);
    if (value === undefined) {
      return dashes === '--' ? `flag needs an argument: ${word}` : `flag needs an argument: '${letter}' in ${word}`;
    }
    values.set(name, value);
  }
  const replicas = values.get('replicas');
  return {
    words,
    server: values.get('server') ?? 'http://localhost:8080',
    namespace: values.get('namespace') ?? 'default',
    output: values.get('output') ?? '',
    filename: values.get('filename') ?? '',
    replicas: replicas === undefined ? undefined : Number(replicas),
    on: (flag) => values.get(flag) === 'true',
  };
}
