// Colours, where they are wanted: on a terminal, unless NO_COLOR is set (no-color.org) or the
// terminal is dumb. And how codes of our own are told from those of others, who must never pass
// theirs off as ours: each of ours bears a seal until it is written.

import { randomInt } from 'node:crypto';
import { inspect, stripVTControlCharacters, type styleText } from 'node:util';
import { spelled, visible, visibleInLine } from '../../base/visible.ts';

type Format = Extract<Parameters<typeof styleText>[0], string>;

export type Style = (format: Format, text: string) => string;

/**
 * Made anew for each process, so that nobody can know it. It has the form of a code's parameters:
 * what strips codes to measure a text strips it too.
 */
const seal = `\x1b[${Array.from({ length: 4 }, () => `${randomInt(1000, 10_000)};`).join('')}`;
const sealedCode = new RegExp(`(${seal.replace('[', '\\[')}[\\d;:]*[A-Za-z])`);

/** A control sequence of our own: its parameters and its letter, such as `31m`. */
const own = (sequence: string): string => seal + sequence;

/** Empties the line that the cursor is in. */
export const eraseLine = own('1G') + own('2K');

export function styleFor(isTty: boolean, env: Readonly<Record<string, string | undefined>>): Style {
  const plain = !isTty || Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb';
  if (plain) return (_format, text) => text;
  return (format, text) => {
    const [on, off] = inspect.colors[format] as [number, number];
    return `${own(`${on}m`)}${text}${own(`${off}m`)}`;
  };
}

/**
 * As it is to be written: our own codes live, and everything else that is no plain text spelled
 * out.
 */
export const forTerminal = (text: string): string => unsealed(keepingOurs(text, visible));

/** Our own codes live, everything else as it is. */
export const unsealed = (text: string): string => text.replaceAll(seal, '\x1b[');

/**
 * What stands within one line of ours: no text of others can end it and begin another. Our own
 * codes stay.
 */
export const inLine = (text: string): string => keepingOurs(text, visibleInLine);

const keepingOurs = (text: string, show: (text: string) => string): string =>
  text.includes(seal) ? betweenCodes(text, sealedCode, show) : show(text);

/** `code` has one group, which is all of it. */
const betweenCodes = (text: string, code: RegExp, show: (text: string) => string): string =>
  text
    .split(code)
    .map((piece, at) => (at % 2 === 1 ? piece : show(piece)))
    .join('');

/** Characters that it takes, colours not counted. */
export const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length;

const colourCode = new RegExp(`(${'\x1b'}\\[[\\d;:]*m)`);
/**
 * Without tabs, and without what joins letters and emoji: a job's own words are often not English.
 */
const obeyed = /[[\p{Cc}\u2028-\u202e\u2066-\u2069]--[\t]]/gv;

/**
 * A line of a job's output as a terminal may get it: colours stay and end with the line, every
 * other code is spelled out. To be written as it is.
 */
export function logLineText(message: string): string {
  const text = message.endsWith('\r') ? message.slice(0, -1) : message;
  const shown = betweenCodes(text, colourCode, (piece) => piece.replace(obeyed, spelled));
  return colourCode.test(text) ? `${shown}\x1b[0m` : shown;
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
