/**
 * Fills a Go template: text, `{{.Field.Field}}` and `{{json .Field}}`, as scripts use them. Values are printed as Go's
 * fmt prints them.
 *
 * @throws Error for any other action, which this stand-in does not know
 */
export function fillTemplate(template: string, data: unknown): string {
  const filled = template.replaceAll(/\{\{-?\s*(.*?)\s*-?\}\}/gs, (_, action: string) => {
    const [, json, path] = /^(json\s+)?\.([A-Za-z0-9_.]*)$/.exec(action) ?? [];
    if (path === undefined) {
      throw new Error(`Template parsing error: stand-in: {{${action}}} is not among the templates that it knows`);
    }
    const value = path === '' ? data : path.split('.').reduce(field, data);
    return json === undefined ? goText(value) : JSON.stringify(value ?? null);
  });
  if (filled.includes('{{')) throw new Error('Template parsing error: template: :1: unclosed action');
  return filled;
}

function field(data: unknown, name: string): unknown {
  if (typeof data !== 'object' || data === null) return undefined;
  return Object.entries(data).find(([key]) => key === name)?.[1];
}

function goText(value: unknown): string {
  if (value === undefined || value === null) return '<no value>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  return `map[${Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${key}:${goText(one)}`)
    .join(' ')}]`;
}
