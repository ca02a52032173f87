// What lies beneath a host is asked in one place, core/host/beneath.ts: whoever looks at the
// machine of an instance by itself, or takes the first machine for it, is wrong about instances
// that are machines of their own and about those whose machine is not there yet.

import type { Finding } from '../finding.ts';
import { nodesOf, type SourceFile } from '../source.ts';
import type { Rule } from './rule.ts';

/** What may be said where, by the beginnings of paths. */
const doors: Readonly<Record<string, readonly string[]>> = {
  machineId: [
    'src/core/host/',
    // Books and links are kept by machine.
    'src/core/world/allocations.ts',
    'src/control/host/host-links.ts',
  ],
  machines: [
    'src/core/world/',
    // What slices of this machine could ever hold, and run as.
    'src/core/schedule/fit/host-room.ts',
    'src/core/schedule/scale/managed-environments.ts',
    'src/core/schedule/explain/explain-hosts.ts',
    // New slices are of this one.
    'src/control/turn/scaler.ts',
    'src/core/command/host/start-instance.ts',
    // Jobs and nodes that have their place on this machine itself.
    'src/core/schedule/fit/fit-service.ts',
    'src/core/schedule/fit/fit-nodes.ts',
    'src/core/schedule/preempt/',
  ],
};

export const beneathRule: Rule = {
  name: 'beneath',
  *check(tree) {
    for (const file of tree.sources)
      if (file.isTypeScript && !file.isTest && /^src\/(core|control)\//.test(file.path))
        yield* checkFile(file);
  },
};

function* checkFile(file: SourceFile): Generator<Finding> {
  for (const { node } of nodesOf(file.program)) {
    if (node.type !== 'MemberExpression' || node.property.type !== 'Identifier') continue;
    const { name } = node.property;
    const open = Object.hasOwn(doors, name) ? doors[name] : undefined;
    if (open === undefined || open.some((path) => file.path.startsWith(path))) continue;
    yield {
      file: file.path,
      line: file.lineAt(node.property.start),
      rule: 'beneath',
      message: `.${name} of hosts is asked elsewhere: core/host/beneath.ts says what a host is a slice of`,
    };
  }
}
