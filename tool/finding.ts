// What a check of the house says about one place in the tree. A finding is a value; nothing here
// prints or exits.

/** One line of the output of `npm run check`. */
export interface Finding {
  /** The path from the root of the checkout, with `/`. */
  readonly file: string;
  /** The first line is 1. */
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

export function formatFinding(finding: Finding): string {
  return `${finding.file}:${finding.line} ${finding.rule} ${finding.message}`;
}

/** By file, then line, then rule: the output does not depend on who finished first. */
export function compareFindings(a: Finding, b: Finding): number {
  return a.file < b.file
    ? -1
    : a.file > b.file
      ? 1
      : a.line - b.line || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);
}
