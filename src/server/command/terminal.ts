// What the server says to people, beside its log: text of others in it (what Docker answered, a
// flag as it was given) never reaches a terminal with its control characters. Nothing else in this
// room writes to standard output or standard error.

import { visible } from '../../base/visible.ts';

export const say = (text: string): void => void process.stdout.write(visible(text));

/** What went wrong; in one or more lines. */
export const complain = (text: string): void => void process.stderr.write(visible(text));
