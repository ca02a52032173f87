// What the service authorization reference says of Amazon EventBridge (September 2026), of what is
// built.

import { on, type Reference } from './reference.ts';

export const events: Reference = {
  types: {},
  actions: {
    TestEventPattern: on(),
  },
  members: {},
  deviations: {},
};
