// What a house rule is: a name, and a look at the whole tree. A rule never reads the disk and never
// asks another rule.

import type { Finding } from '../finding.ts';
import type { Tree } from '../tree.ts';

export interface Rule {
  /** The name in the output, one word. */
  readonly name: string;
  check(tree: Tree): Iterable<Finding>;
}
