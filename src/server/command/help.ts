// The help of the verbs that start a server: the same form as that of every other verb.

import { helpPage } from '../../cli/help.ts';
import { serverVerbs } from '../../cli/verb/all.ts';
import { must } from '../../base/assert.ts';
import { serverFlagGroups } from '../flags.ts';

const examples = {
  up: [
    'longshore up',
    'longshore up --port 0 --data-dir /tmp/try --engine process',
    'longshore up --cluster current',
    'eval "$(longshore env)"   # in another shell',
  ],
  serve: [
    'longshore serve --data-dir /var/lib/longshore --engine docker',
    'longshore serve --capacity vcpus=8,memory=16384 --retain 30d',
    'ssh -L 4590:127.0.0.1:4590 server   # how to reach it from elsewhere',
  ],
  demo: ['longshore demo', 'longshore demo --engine process'],
} as const;

const abouts = {
  up: 'The server runs until Ctrl-C, keeps what it knows in --data-dir, and goes on from there when it is started again.',
  serve:
    'The server runs until SIGTERM, keeps what it knows in --data-dir, and goes on from there when it is started again.',
  demo: 'State is kept in a directory of its own, which goes with the server: --data-dir and --port have no effect.',
} as const;

export type HelpedVerb = keyof typeof examples;

export const serverHelp = (name: HelpedVerb): string => {
  const { summary } = must(
    serverVerbs.find((verb) => verb.name === name),
    `there is no verb ${name}`,
  );
  return helpPage(
    {
      name,
      summary,
      usage: '[flags]',
      about: abouts[name],
      flagGroups: serverFlagGroups,
      examples: examples[name],
    },
    process.stdout.columns || 80,
  );
};

export const wantsHelp = (argv: readonly string[]): boolean =>
  argv.includes('--help') || argv.includes('-h');
