// Empty parameters of IAM's forms. An empty optional one is an absent one, and is so for every
// operation; what stands here is the exception, where IAM means something by it. It reads no
// request itself.

import type { EmptySays } from '../../wire/schema.ts';

/** How a description is taken away. */
const members = new Set(['UpdateRoleRequest.Description']);

export const emptySays: EmptySays = (structure, member) => members.has(`${structure}.${member}`);
