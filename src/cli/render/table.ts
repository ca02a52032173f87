// Tables of text: columns as wide as their widest cell. At a terminal they fit: columns that say
// nothing are left out, and long cells are cut, so that a row stays one line. Into a pipe
// everything goes, in full.

import { inLine, widthOf } from './style.ts';

const gap = '  ';
/** Narrower, a cell that is cut says nothing any more. */
const narrowest = 8;

export interface Column {
  readonly title: string;
  /** Whether its cells may be cut. They are plain text then, without colours. */
  readonly mayBeCut?: true;
}

/**
 * Colours in a cell do not count as width. `width` is the terminal's; undefined: everything is
 * shown.
 */
export function tableText(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): string {
  const shown = rows.map((row) => row.map(inLine));
  const kept = columns
    .map((_, at) => at)
    .filter(
      (at) =>
        width === undefined || shown.length === 0 || shown.some((row) => (row[at] ?? '') !== ''),
    );
  const natural = kept.map((at) =>
    shown.reduce(
      (widest, row) => Math.max(widest, widthOf(row[at] ?? '')),
      columns[at]?.title.length ?? 0,
    ),
  );
  const widths =
    width === undefined
      ? natural
      : fitted(
          natural,
          kept.map((at) => columns[at]?.mayBeCut === true),
          width,
        );
  const lines = [columns.map(({ title }) => title), ...shown].map((row) =>
    kept.map((at) => row[at] ?? ''),
  );
  return lines.map((cells) => `${lineOf(cells, widths)}\n`).join('');
}

/** Takes from the widest of the columns that may be cut until all fit, or none can give more. */
function fitted(natural: readonly number[], mayBeCut: readonly boolean[], width: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, one) => sum + one, gap.length * (widths.length - 1)) - width;
  while (excess > 0) {
    const giving = widths.reduce(
      (best, one, at) => (mayBeCut[at] && one > narrowest && one > (widths[best] ?? 0) ? at : best),
      -1,
    );
    if (giving < 0) break;
    widths[giving] = (widths[giving] ?? 0) - 1;
    excess--;
  }
  return widths;
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, at) => {
      const width = widths[at] ?? 0;
      const length = widthOf(cell);
      return length > width ? cut(cell, width) : cell + ' '.repeat(width - length);
    })
    .join(gap)
    .trimEnd();
}

/** Plain text in at most `width` characters, an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}
