// The table of verbs: the order is that of the help.

import type { Verb } from './verb.ts';
import { ami } from './ami.ts';
import { backup } from './backup.ts';
import { cancel } from './cancel.ts';
import { credentials } from './credentials.ts';
import { describe } from './describe.ts';
import { env } from './env.ts';
import { instance } from './instance.ts';
import { instances } from './instances.ts';
import { events } from './events.ts';
import { exec } from './exec.ts';
import { explain } from './explain.ts';
import { jobs } from './jobs.ts';
import { kubeconfig } from './kubeconfig.ts';
import { logs } from './logs.ts';
import { submit } from './submit.ts';
import { terminate } from './terminate.ts';
import { update } from './update.ts';
import { wait } from './wait.ts';
import { whyDenied } from './why-denied.ts';

export const verbs: readonly Verb[] = [
  env,
  submit,
  jobs,
  describe,
  explain,
  logs,
  exec,
  events,
  wait,
  update,
  cancel,
  terminate,
  instances,
  instance,
  ami,
  kubeconfig,
  credentials,
  whyDenied,
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
