// The table of verbs: the order is that of the help.

import type { Verb } from './verb.ts';
import { ami } from './verb/ami.ts';
import { backup } from './verb/backup.ts';
import { cancel } from './verb/cancel.ts';
import { describe } from './verb/describe.ts';
import { env } from './verb/env.ts';
import { instance } from './verb/instance.ts';
import { instances } from './verb/instances.ts';
import { explain } from './verb/explain.ts';
import { jobs } from './verb/jobs.ts';
import { logs } from './verb/logs.ts';
import { submit } from './verb/submit.ts';
import { terminate } from './verb/terminate.ts';
import { wait } from './verb/wait.ts';

export const verbs: readonly Verb[] = [
  env,
  submit,
  jobs,
  describe,
  explain,
  logs,
  wait,
  cancel,
  terminate,
  instances,
  instance,
  ami,
  backup,
];

/**
 * The program's other verbs, which start a server in this process; here only so that help names
 * them.
 */
export const serverVerbs = [
  { name: 'up', summary: 'start a server with a first compute environment and job queue' },
  { name: 'serve', summary: 'start a server that is empty' },
  { name: 'demo', summary: 'run an array job on a throw-away server' },
  { name: 'restore', summary: 'make a data directory of a backup' },
] as const;
