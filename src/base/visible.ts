// Text of others made fit for a terminal: what a terminal would obey, or a reader would not see, is
// spelled out. A terminal obeys control characters (they clear it, rename it, write its clipboard,
// forge lines); formatting characters turn the order of text around or hide it. What is JSON stays
// the same JSON. Pure; it knows no terminal.

/**
 * C0 without newline and tab, DEL, C1, and Unicode's formatting characters and separators: bidi
 * overrides, zero width, tags.
 */
const hidden = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--[\n\t]]/gv;
const breaks = /[\t\n]/g;

/** Newlines and tabs stay: for text of several lines whose every line is our own. */
export const visible = (text: string): string => text.replace(hidden, spelled);

/** In one line: for what stands within a line of ours, so that it cannot begin one. */
export const visibleInLine = (text: string): string => visible(text).replace(breaks, spelled);

const short: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** `\x1b`, `\r`, `\u202e`: the spelling of JSON, but for C0, which JSON text does not hold. */
export function spelled(character: string): string {
  const known = short[character];
  if (known !== undefined) return known;
  const code = character.charCodeAt(0);
  if (code < 0x20) return `\\x${code.toString(16).padStart(2, '0')}`;
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
}
