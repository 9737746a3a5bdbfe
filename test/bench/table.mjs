// The table that the benchmark ends with, in the form of docs/performance.md.

const seconds = (side, key) => (side?.[key] === undefined ? '' : `${side[key].toFixed(side[key] < 10 ? 2 : 1)}`);
const ratio = (value) => (value === undefined ? '' : value < 0.1 ? value.toFixed(4) : value.toFixed(2));

/** Print rows as a Markdown table: seconds and megabytes are medians. */
export function printTable(rows) {
  const head = ['what', 'against', 's', 'CPU s', 'peak MB', 'its s', 'its CPU s', 'time ratio', 'CPU ratio', ''];
  const lines = rows.map((row) => [
    row.what,
    row.peer ?? '',
    seconds(row.ours, 'wall'),
    seconds(row.ours, 'cpu'),
    row.ours?.peak === undefined ? '' : String(Math.round(row.ours.peak)),
    seconds(row.theirs, 'wall'),
    seconds(row.theirs, 'cpu'),
    ratio(row.wallRatio),
    ratio(row.cpuRatio),
    row.note ?? '',
  ]);
  const widths = head.map((name, column) => Math.max(3, name.length, ...lines.map((line) => line[column].length)));
  const text = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  console.log(text(head));
  console.log(text(widths.map((width) => '-'.repeat(width))));
  for (const line of lines) console.log(text(line));
}
