// The dead letter port: where letters to queues go that nobody serves. Interfaces only.

export interface DeadLetterFiles {
  /**
   * One letter more, as a line of JSON without its end; durable when it resolves. Rejects, in words
   * for the log, where it cannot be kept: it may be another time.
   */
  add(queueArn: string, line: string): Promise<void>;
}
