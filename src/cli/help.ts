// The help, made from the tables of verbs and flags; its lines fit the terminal.

import { globalFlags, type Flags } from './flags.ts';
import { defaultEndpoint } from './settings.ts';
import { serverVerbs, verbs } from './verb/all.ts';
import type { Verb } from './verb/verb.ts';

/** Wider lines are hard to read. */
const widest = 110;
/** What is longer stands on a line of its own. */
const longestTerm = 30;

/** Help for the whole. */
export function programHelp(columns: number): string {
  return `Longshore runs batch jobs on your own machines and speaks the AWS Batch API.

Usage: longshore VERB [flags]

Start a server:
${rows(
  serverVerbs.map(({ name, summary }) => [name, summary]),
  columns,
)}
Work with a running one (at ${defaultEndpoint} unless told otherwise):
${rows(
  verbs.map(({ name, summary }) => [name, summary]),
  columns,
)}
Flags of all client commands:
${flagRows(globalFlags, columns)}
longshore VERB --help tells more about one of them, longshore --version the version.
Exit codes: 0 done, 1 it failed or a job FAILED, 2 wrong usage, 130 stopped by Ctrl-C.
`;
}

/** Help for one verb. */
export function verbHelp(verb: Verb, columns: number): string {
  return helpPage(
    { ...verb, flagGroups: { Flags: verb.flags, 'Flags of all client commands': globalFlags } },
    columns,
  );
}

interface HelpPage {
  readonly name: string;
  readonly summary: string;
  /** What follows the name. */
  readonly usage: string;
  readonly about?: string;
  /** By title; a group without flags is left out. */
  readonly flagGroups: Readonly<Record<string, Flags>>;
  readonly examples: readonly string[];
}

export function helpPage(
  { name, summary, usage, about, flagGroups, examples }: HelpPage,
  columns: number,
): string {
  const parts = [`${sentence(summary)}\n`, `Usage: longshore ${name} ${usage}\n`];
  if (about !== undefined) parts.push(`${about}\n`);
  for (const [title, flags] of Object.entries(flagGroups))
    if (Object.keys(flags).length > 0) parts.push(`${title}:\n${flagRows(flags, columns)}`);
  parts.push(`Examples:\n${examples.map((line) => `  ${line}\n`).join('')}`);
  return parts.join('\n');
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function flagRows(flags: Flags, columns: number): string {
  return rows(
    Object.entries(flags).map(([name, flag]) => {
      const term = `${flag.short === undefined ? '    ' : `-${flag.short}, `}--${name}${flag.value === undefined ? '' : ` ${flag.value}`}`;
      return [
        term,
        flag.default === undefined ? flag.help : `${flag.help} (default ${flag.default})`,
      ];
    }),
    columns,
  );
}

/** Terms and what they mean, side by side. */
function rows(entries: readonly (readonly [string, string])[], columns: number): string {
  const width = Math.max(
    ...entries.map(([term]) => term.length).filter((length) => length <= longestTerm),
    0,
  );
  const indent = ' '.repeat(width + 4);
  return entries
    .map(([term, text]) => {
      const lines = wrapped(text, Math.max(20, Math.min(columns, widest) - indent.length));
      const head =
        term.length > width
          ? [`  ${term}`, ...lines.map((line) => indent + line)]
          : lines.map((line, at) => (at === 0 ? `  ${term.padEnd(width)}  ` : indent) + line);
      return `${head.join('\n')}\n`;
    })
    .join('');
}

/** The text in lines of at most `width` characters, broken at spaces. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
