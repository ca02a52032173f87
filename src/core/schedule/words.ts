// Why a job waits, as people are told.

export interface Words {
  readonly text: string;
  /** What would help, if anything does. */
  readonly remedies: readonly string[];
}
