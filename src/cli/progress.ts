// Shows that something goes on: one line that is written anew on a terminal, else a line for every
// change. On standard error, so that results stay clean.

import type { Io } from './io.ts';
import { eraseLine, inLine, widthOf } from './render/style.ts';
import { cut } from './render/table.ts';
import { stripVTControlCharacters } from 'node:util';

export class Progress {
  readonly #io: Io;
  #shown = false;

  constructor(io: Io) {
    this.#io = io;
  }

  /** Whether there is a line to write anew. */
  get isLive(): boolean {
    return this.#io.errIsTty && this.#io.env['TERM'] !== 'dumb';
  }

  /** What goes on just now; shown on a terminal only. */
  show(text: string): void {
    if (!this.isLive) return;
    const line = inLine(text);
    const fits = widthOf(line) < this.#io.columns;
    this.#io.err(
      eraseLine + (fits ? line : cut(stripVTControlCharacters(line), this.#io.columns - 1)),
    );
    this.#shown = true;
  }

  /** A change; shown where there is no terminal. */
  change(text: string): void {
    if (!this.isLive) this.#io.err(`${inLine(text)}\n`);
  }

  /** Takes the line away, before something else is written. */
  clear(): void {
    if (this.#shown) this.#io.err(eraseLine);
    this.#shown = false;
  }
}

/** `[█████─────]`, `width` characters between the brackets. */
export function barText(done: number, total: number, width: number): string {
  const filled = total === 0 ? width : Math.floor((done / total) * width);
  return `[${'█'.repeat(filled)}${'─'.repeat(width - filled)}]`;
}
