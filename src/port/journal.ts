// The journal as those see it who follow what becomes of jobs: they read on where they were, and
// are woken when there is more. Nobody who follows holds anybody up.

export interface Journal {
  /**
   * From here on it is kept, until some time after everybody has ended who follows it. Undefined:
   * too many do.
   */
  follow(): Following | undefined;
}

export interface Following {
  /** It has lasted so long that whoever follows should say anew who they are. */
  readonly isOver: boolean;
  /**
   * Resolves when there may be more than has been read by now, or after a time of which there was
   * no more, or when it is over, or the server ends.
   */
  more(withinMs: number): Promise<'more' | 'quiet' | 'over'>;
  end(): void;
}
