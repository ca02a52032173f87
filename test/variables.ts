// Variables of this process, and so of every process that a test starts, for as long as the test
// goes on. It touches no other.

import type { TestContext } from 'node:test';

/** Afterwards they are what they were. */
export function setVariables(t: TestContext, variables: Readonly<Record<string, string>>): void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  t.after(() => {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });
}
