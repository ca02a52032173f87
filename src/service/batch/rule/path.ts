// Paths of hosts and containers. Docker and the ECS agent put some of them into one text with
// options, `/from:/to:ro`: what such a text would take for something else is refused.

import { matches } from '../../../wire/check.ts';

export function checkAbsolute(path: string | undefined, member: string): void {
  matches(
    path,
    // oxlint-disable-next-line no-control-regex -- these are what a path may not have.
    /^\/[^:\x00-\x1f\x7f]{0,4095}$/,
    member,
    'an absolute path without colons and control characters',
  );
}
