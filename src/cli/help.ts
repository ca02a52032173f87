// The help, made from the table of verbs.

import { globalFlags, type Flags } from './flags.ts';
import { defaultEndpoint } from './settings.ts';
import { serverVerbs, verbs } from './verbs.ts';
import type { Verb } from './verb.ts';

/** Help for the whole. */
export function programHelp(): string {
  return `Longshore runs batch jobs on your own machines and speaks the AWS Batch API.

Usage: longshore VERB [flags]

Start a server:
${rows(serverVerbs.map(({ name, summary }) => [name, summary]))}
Work with a running one (at ${defaultEndpoint} unless told otherwise):
${rows(verbs.map(({ name, summary }) => [name, summary]))}
Flags of every verb of the second kind:
${flagRows(globalFlags)}
longshore VERB --help tells more about one of them, longshore --version the version.
Exit codes: 0 done, 1 it failed or a job FAILED, 2 wrong usage, 130 stopped by Ctrl-C.
`;
}

/** Help for one verb. */
export function verbHelp(verb: Verb): string {
  const parts = [`${sentence(verb.summary)}\n`, `Usage: longshore ${verb.name} ${verb.usage}\n`];
  if (verb.about !== undefined) parts.push(`${verb.about}\n`);
  if (Object.keys(verb.flags).length > 0) parts.push(`Flags:\n${flagRows(verb.flags)}`);
  parts.push(`Flags of every verb:\n${flagRows(globalFlags)}`, `Examples:\n${verb.examples.map((line) => `  ${line}\n`).join('')}`);
  return parts.join('\n');
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function flagRows(flags: Flags): string {
  return rows(Object.entries(flags).map(([name, flag]) => [`${flag.short === undefined ? '    ' : `-${flag.short}, `}--${name}${flag.value === undefined ? '' : ` ${flag.value}`}`, flag.help]));
}

function rows(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(...entries.map(([left]) => left.length));
  return entries.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
}
