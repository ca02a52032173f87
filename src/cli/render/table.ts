// Tables of text: columns as wide as their widest cell; the last one is cut to the width of the terminal.

import { inLine, widthOf } from './style.ts';

const gap = '  ';

/** Colours in a cell do not count as width. `width` is the terminal's; undefined: nothing is cut. */
export function tableText(header: readonly string[], rows: readonly (readonly string[])[], width: number | undefined): string {
  const shown = rows.map((row) => row.map(inLine));
  const widths = header.map((title, column) => shown.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? '')), title.length));
  return [header, ...shown].map((row) => `${lineOf(row, widths, width)}\n`).join('');
}

function lineOf(row: readonly string[], widths: readonly number[], width: number | undefined): string {
  const last = row.length - 1;
  const head = row.slice(0, last).map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))) + gap).join('');
  const tail = row[last] ?? '';
  return (head + (width === undefined ? tail : cut(tail, width - widthOf(head)))).trimEnd();
}

/** Plain text in at most `width` characters, an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}
