// What a benchmark says: figures with their targets, as a table. It judges nothing by itself: a
// missed target is printed, not hidden, and does not fail a build on a noisy machine.

import { cpus, totalmem } from 'node:os';

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** As the issue or design states it. */
  readonly target?: { readonly bound: 'at least' | 'at most'; readonly value: number } | undefined;
  readonly note?: string | undefined;
}

/** What the command line asks of benchmarks that can be made smaller. */
export interface BenchOptions {
  /** How many wait; absent: as many as the benchmark is about. */
  readonly jobs?: number | undefined;
}

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${process.platform}`;

const number = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(value >= 10 ? 1 : 2);

function verdict(figure: Figure): string {
  if (figure.target === undefined) return '';
  const { bound, value } = figure.target;
  const met = bound === 'at least' ? figure.value >= value : figure.value <= value;
  return `${bound} ${number(value)}: ${met ? 'met' : `missed, ${(figure.value / value).toFixed(2)} ×`}`;
}

export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.what,
    `${number(figure.value)} ${figure.unit}`,
    verdict(figure),
    figure.note ?? '',
  ]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
