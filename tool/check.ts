// `npm run check`: the whole tree at rest, without running the product. Types, lint, form, the
// rules of the house and the generated files, side by side; one line a finding, `file:line rule
// message`, and exit code 1 if there is any.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareFindings, formatFinding, type Finding } from './finding.ts';
import { runNode, type ProgramEnd } from './program.ts';
import { bansRule } from './rule/bans.ts';
import { beneathRule } from './rule/beneath.ts';
import { circlesRule } from './rule/circles.ts';
import { deadExportsRule } from './rule/dead-exports.ts';
import { linksRule } from './rule/links.ts';
import { publishedRule } from './rule/published.ts';
import { roomsRule } from './rule/rooms.ts';
import type { Rule } from './rule/rule.ts';
import { tidyRule } from './rule/tidy.ts';
import { readTree } from './tree.ts';

/** The rules of the house; a new one is a file in `tool/rule/` and a line here. */
const houseRules: readonly Rule[] = [
  roomsRule,
  publishedRule,
  circlesRule,
  deadExportsRule,
  bansRule,
  beneathRule,
  tidyRule,
  linksRule,
];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Folders with TypeScript that the linter looks at; those that do not exist yet are left out. */
const lintedFolders = ['src', 'sim', 'bench', 'test', 'tool', 'bin', 'console'];

async function checkTypes(): Promise<Finding[]> {
  const end = await runNode(
    [binOf('typescript', 'tsc'), '-p', '.', '--noEmit', '--pretty', 'false'],
    { cwd: root },
  );
  return findingsIn(end, 'types', /^(?<file>[^\s(]+)\((?<line>\d+),\d+\): error (?<message>.*)$/);
}

async function checkLint(): Promise<Finding[]> {
  const folders = lintedFolders.filter((folder) => existsSync(join(root, folder)));
  const end = await runNode([binOf('oxlint', 'oxlint'), '--format', 'unix', ...folders], {
    cwd: root,
  });
  return findingsIn(end, 'lint', /^(?<file>[^\s:]+):(?<line>\d+):\d+: (?<message>.*)$/);
}

async function checkFormat(): Promise<Finding[]> {
  const end = await runNode([binOf('oxfmt', 'oxfmt'), '--list-different'], { cwd: root });
  return findingsIn(end, 'format', /^(?<file>\S+\.[cm]?[jt]s)$/, 'run `npm run format`');
}

async function checkGenerated(): Promise<Finding[]> {
  const end = await runNode([join(root, 'tool/generate.ts'), '--check'], { cwd: root });
  return findingsIn(end, 'generated', /^(?<file>[^\s:]+):(?<line>\d+) generated (?<message>.*)$/);
}

function checkHouse(): Finding[] {
  const tree = readTree(root);
  return houseRules.flatMap((rule) => [...rule.check(tree)]);
}

/** The file that a package's command runs, so that it runs under this Node. */
function binOf(packageName: string, command: string): string {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  return join(folder, bin[command] ?? command);
}

/**
 * A program that failed without a line we can read is a finding too: nothing passes by being
 * unreadable.
 */
function findingsIn(end: ProgramEnd, rule: string, pattern: RegExp, remedy = ''): Finding[] {
  const findings: Finding[] = [];
  for (const line of end.output.split('\n')) {
    const groups = pattern.exec(line)?.groups;
    if (groups !== undefined)
      findings.push({
        file: groups['file'] ?? '',
        line: Number(groups['line'] ?? 1),
        rule,
        message: groups['message'] ?? remedy,
      });
  }
  if (end.code !== 0 && findings.length === 0) {
    const reason =
      end.output.split('\n').find((line) => /error/i.test(line) && !line.startsWith(' ')) ??
      (end.output.trim() || 'no output');
    findings.push({
      file: 'package.json',
      line: 1,
      rule,
      message: `the program ended with code ${end.code}: ${reason.trim()}`,
    });
  }
  return findings;
}

async function timed<T>(
  name: string,
  work: () => T | Promise<T>,
): Promise<{ value: T; time: string }> {
  const startedAtMs = performance.now();
  const value = await work();
  return { value, time: `${name} ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s` };
}

const startedAtMs = performance.now();
// The programs run beside us: they are started before the rules of the house take this thread.
const parts = await Promise.all([
  timed('types', checkTypes),
  timed('lint', checkLint),
  timed('format', checkFormat),
  timed('generated', checkGenerated),
  timed('house', checkHouse),
]);
const findings = parts.flatMap((part) => part.value).toSorted(compareFindings);

for (const finding of findings) console.log(formatFinding(finding));
const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
console.log(
  `check: ${findings.length === 0 ? 'nothing found' : `${findings.length} found`} in ${seconds} s (${parts.map((part) => part.time).join(', ')})`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
