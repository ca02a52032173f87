// The template of an input transformer: JSON, or lines of text in quotes, with variables in angle
// brackets. Where a variable stands decides how its value is written: alone as JSON, within quotes
// as text. What comes out is what the template promises, JSON or quoted lines, whatever the event
// says: values are escaped where AWS's own documentation warns that it does not.

import { refuse, type Refusal } from '../../base/refusal.ts';

/** Literal text, or a variable and whether it stands within quotes. */
type Piece = string | { readonly name: string; readonly isQuoted: boolean };

interface Template {
  readonly pieces: readonly Piece[];
  /** Each once. */
  readonly names: readonly string[];
}

const variable = /<([^<>\n]*)>/y;

/**
 * Without the blanks between its JSON, as AWS hands it over; lines of text keep theirs. A refusal
 * says what is wrong, and where.
 */
export function parseTemplate(text: string): Template | Refusal {
  const scan = new Scan(text);
  scan.run();
  if (scan.keyName !== undefined)
    return refuse('invalid', `the variable ${scan.keyName} stands in a name, not in a value`);
  // What may stand in the variables' stead, to see what is around them.
  const sample = (pieces: readonly Piece[]): string =>
    pieces.map((piece) => (typeof piece === 'string' ? piece : piece.isQuoted ? '' : '0')).join('');
  const compact = scan.compact();
  const problem = jsonProblem(sample(compact));
  const names = [...scan.names];
  if (problem === undefined) return { pieces: compact, names };
  const lines = sample(scan.pieces)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.length > 0 && lines.every(isText)
    ? { pieces: scan.pieces, names }
    : refuse('invalid', problem);
}

const isText = (line: string): boolean =>
  line.trim().startsWith('"') && jsonProblem(line) === undefined;

function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    // The engine's text names the place, and quotes what is around it.
    return (error as Error).message;
  }
}

/** One pass over a template, which knows whether it is within quotes. */
class Scan {
  readonly pieces: Piece[] = [];
  readonly names = new Set<string>();
  /** A variable within the quotes of an object's name, if there is one. */
  keyName: string | undefined;
  readonly #text: string;
  /** Beside `pieces`: which of the literal ones are blanks outside quotes. */
  readonly #blanks = new Set<number>();

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    let isQuoted = false;
    let literal = '';
    let inQuotes: string | undefined;
    const end = (): void => {
      if (literal !== '') this.pieces.push(literal);
      literal = '';
    };
    for (let at = 0; at < this.#text.length; at++) {
      const char = this.#text.charAt(at);
      variable.lastIndex = at;
      const name = char === '<' ? variable.exec(this.#text)?.[1] : undefined;
      if (name !== undefined) {
        end();
        this.pieces.push({ name, isQuoted });
        this.names.add(name);
        if (isQuoted) inQuotes ??= name;
        at = variable.lastIndex - 1;
      } else if (!isQuoted && /\s/.test(char)) {
        end();
        this.#blanks.add(this.pieces.length);
        this.pieces.push(char);
      } else if (isQuoted && char === '\\') {
        literal += char + this.#text.charAt(++at);
      } else {
        literal += char;
        if (char === '"') {
          isQuoted = !isQuoted;
          if (isQuoted) inQuotes = undefined;
        } else if (char === ':' && !isQuoted) this.keyName ??= inQuotes;
        else if (!isQuoted) inQuotes = undefined;
      }
    }
    end();
  }

  compact(): readonly Piece[] {
    const pieces: Piece[] = [];
    for (const [at, piece] of this.pieces.entries()) {
      if (this.#blanks.has(at)) continue;
      const last = pieces.at(-1);
      if (typeof piece === 'string' && typeof last === 'string')
        pieces[pieces.length - 1] = last + piece;
      else pieces.push(piece);
    }
    return pieces;
  }
}

/**
 * Undefined: longer than `mostCharacters`. `valueOf` a variable that leads nowhere is undefined: no
 * text within quotes, an empty one alone.
 */
export function fill(
  template: Template,
  valueOf: (name: string) => unknown,
  mostCharacters: number,
): string | undefined {
  const written = new Map<string, { readonly json: string; readonly text: string }>();
  for (const name of template.names) written.set(name, forms(valueOf(name)));
  let filled = '';
  for (const piece of template.pieces) {
    if (typeof piece === 'string') filled += piece;
    else filled += written.get(piece.name)?.[piece.isQuoted ? 'text' : 'json'] ?? '';
    if (filled.length > mostCharacters) return undefined;
  }
  return filled;
}

/** As JSON, and within quotes: there an object or a list goes without quotes of its own. */
function forms(value: unknown): { readonly json: string; readonly text: string } {
  if (value === undefined) return { json: '""', text: '' };
  const json = JSON.stringify(value);
  if (typeof value === 'string') return { json, text: json.slice(1, -1) };
  const bare = typeof value === 'object' ? JSON.stringify(json.replaceAll('"', '')) : `"${json}"`;
  return { json, text: bare.slice(1, -1) };
}
