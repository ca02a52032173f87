// Inputs for any operation of AWS's, made up from the schema of the SDK: with as little as it must
// have, with empty lists, or with all that it may say. What they say makes no sense.

import { NormalizedSchema } from '@smithy/core/schema';
import type { OperationSchema } from '../../src/wire/schema.ts';

interface Sample {
  /** How deep structures are filled. */
  readonly depth?: number;
  /** What members are, by name, wherever they stand; text is `name` else. */
  readonly members?: Readonly<Record<string, unknown>>;
}

type How = 'least' | 'empty' | 'most';

export const sampleInput = (
  input: OperationSchema['input'],
  how: How,
  sample: Sample = {},
): object => valueOf(NormalizedSchema.of(input), how, sample) as object;

function valueOf(schema: NormalizedSchema, how: How, sample: Sample, depth = 0): unknown {
  const { depth: deepest = 3, members: known = {} } = sample;
  const below = (one: NormalizedSchema): unknown => valueOf(one, how, sample, depth + 1);
  if (schema.isUnitSchema()) return {};
  if (schema.isStructSchema()) {
    const tuple = schema.getSchema() as unknown as readonly unknown[];
    const required = (tuple[4] as string[]).slice(0, (tuple[6] as number | undefined) ?? 0);
    const members = [...schema.structIterator()];
    // A structure without members is none in the query protocols.
    const [first] = depth > 0 && required.length === 0 ? members : [];
    return Object.fromEntries(
      members
        .filter(
          ([name]) =>
            required.includes(name) || name === first?.[0] || (how !== 'least' && depth < deepest),
        )
        .map(([name, member]) => [name, known[name] ?? below(member)]),
    );
  }
  if (schema.isListSchema()) return how === 'empty' ? [] : [below(schema.getValueSchema())];
  if (schema.isMapSchema()) return how === 'empty' ? {} : { key: below(schema.getValueSchema()) };
  if (schema.isBooleanSchema()) return false;
  if (schema.isBlobSchema()) return new Uint8Array();
  if (schema.isTimestampSchema()) return new Date(0);
  if (schema.isNumericSchema()) return 1;
  return 'name';
}
