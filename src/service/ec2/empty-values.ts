// Empty parameters of EC2's forms. An empty optional one is an absent one, and is so for every
// operation; what stands here is the exception, where EC2 means something by it. It reads no
// request itself.

import type { EmptySays } from '../../wire/schema.ts';

/**
 * A tag may have the empty value, DeleteTags asks whether it has, and an attribute may be set to
 * it.
 */
const members = new Set(['Tag.Value', 'AttributeValue.Value']);

export const emptySays: EmptySays = (structure, member) => members.has(`${structure}.${member}`);
