// Colours, where they are wanted: on a terminal, unless NO_COLOR is set (no-color.org) or the terminal is dumb.

import { styleText } from 'node:util';

type Format = Extract<Parameters<typeof styleText>[0], string>;

export type Style = (format: Format, text: string) => string;

export function styleFor(isTty: boolean, env: Readonly<Record<string, string | undefined>>): Style {
  const plain = !isTty || Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb';
  return plain ? (_format, text) => text : (format, text) => styleText(format, text, { validateStream: false });
}

/** A job's status in its colour. */
export function statusText(style: Style, status: string | undefined): string {
  const text = status ?? '';
  switch (text) {
    case 'SUCCEEDED':
      return style('green', text);
    case 'FAILED':
      return style('red', text);
    case 'RUNNING':
    case 'STARTING':
      return style('cyan', text);
    default:
      return style('yellow', text);
  }
}
