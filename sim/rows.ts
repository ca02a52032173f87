// What a commit's rows of one kind say: those that are there by now, and those that are gone. The
// checkers read commits by these two alone.

type Rows<Key, Row> = ReadonlyMap<Key, Row | undefined>;

export const written = <Key, Row>(rows: Rows<Key, Row>): Row[] =>
  [...rows.values()].filter((row): row is Row & ({} | null) => row !== undefined);

export const removed = <Key, Row>(rows: Rows<Key, Row>): Key[] =>
  [...rows].flatMap(([key, row]) => (row === undefined ? [key] : []));
