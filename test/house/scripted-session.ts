// A session that does what a test says: it notes what it is told, and prints what it is given.

import type { Session, SessionOutput, TerminalSize } from '../../src/port/session.ts';

export class ScriptedSession implements Session {
  /** `write …`, `end`, `resize …`, `hang up`. */
  readonly told: string[] = [];
  code: number | undefined = 0;
  readonly output: AsyncIterable<SessionOutput>;
  readonly #pieces: SessionOutput[] = [];
  #isOver = false;
  #wake: () => void = () => undefined;

  constructor() {
    this.output = this.#read();
  }

  async *#read(): AsyncGenerator<SessionOutput> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) yield piece;
      else if (this.#isOver) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  print(text: string, stream: SessionOutput['stream'] = 'stdout'): void {
    this.#pieces.push({ stream, bytes: Buffer.from(text) });
    this.#wake();
  }

  /** The command ends. */
  end(code: number | undefined = 0): void {
    this.code = code;
    this.#isOver = true;
    this.#wake();
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.told.push(`write ${Buffer.from(bytes).toString('utf8')}`);
  }

  endInput(): void {
    this.told.push('end');
  }

  resize({ columns, rows }: TerminalSize): void {
    this.told.push(`resize ${columns}x${rows}`);
  }

  async hangUp(): Promise<void> {
    if (!this.#isOver) this.told.push('hang up');
    this.end(undefined);
  }

  async exitCode(): Promise<number | undefined> {
    return this.code;
  }
}
