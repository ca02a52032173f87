// How the user calls this program, for the commands that texts tell them to type.

import type { Io } from './io.ts';

/** `npx longshore` where npm runs it, else `longshore`. */
export const programName = (env: Io['env']): string =>
  env['npm_command'] === undefined ? 'longshore' : 'npx longshore';
