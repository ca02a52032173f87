// How lines of output become events of several lines (awslogs-datetime-format,
// awslogs-multiline-pattern): the expression that says where an event begins. The formats mean what
// they mean to Docker's awslogs driver (its documentation, and strftimeToRegex in moby's
// daemon/logger/awslogs). Pure; it matches nothing.

export const eventStartOptions = {
  format: 'awslogs-datetime-format',
  pattern: 'awslogs-multiline-pattern',
} as const;

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const oneOf = (words: readonly string[]): string => `(?:${words.join('|')})`;
const short = (words: readonly string[]): string[] => words.map((word) => word.slice(0, 3));

const formats: Readonly<Record<string, string>> = {
  a: oneOf(short(weekdays)),
  A: oneOf(weekdays),
  b: oneOf(short(months)),
  B: oneOf(months),
  d: '(?:0[1-9]|[12][0-9]|3[01])',
  f: '\\d{6}',
  H: '(?:[01][0-9]|2[0-3])',
  I: '(?:0[0-9]|1[0-2])',
  j: '(?:[0-2][0-9][0-9]|3[0-5][0-9]|36[0-6])',
  L: '\\.\\d{3}',
  m: '(?:0[1-9]|1[0-2])',
  M: '[0-5][0-9]',
  p: '[AP]M',
  S: '[0-5][0-9]',
  w: '[0-6]',
  y: '\\d{2}',
  Y: '\\d{4}',
  z: '[+-]\\d{4}',
  Z: '[A-Z]{1,4}T',
};

/**
 * The expression, in RE2's syntax, that has a match in the first line of each event; undefined:
 * each line is an event. Of a format the sequences that the driver does not know stand for nothing,
 * and what is no sequence is part of the expression, as with the driver.
 */
export function eventStartOf(options: Readonly<Record<string, string>>): string | undefined {
  const format = options[eventStartOptions.format];
  if (format)
    return (
      format.replaceAll(/%(.)/g, (_, letter: string) =>
        Object.hasOwn(formats, letter) ? (formats[letter] as string) : '',
      ) || undefined
    );
  return options[eventStartOptions.pattern] || undefined;
}
