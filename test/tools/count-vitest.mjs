// Prints the numbers of passed, failed and skipped tests of a report that vitest's JSON reporter wrote.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
// A file that could not even be loaded has no test in the report.
const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
console.log(
  report.numPassedTests,
  report.numFailedTests + broken.length,
  report.numPendingTests + (report.numTodoTests ?? 0),
);
