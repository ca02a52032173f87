// What a filter pattern becomes: a question to ask of each message.

export interface Matcher {
  matches(message: string): boolean;
  /** Text that every matching message contains: what has it not need not be looked at. */
  readonly needle?: string | undefined;
}
