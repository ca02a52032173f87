// PutParameter: a parameter, or one more version of one. What a parameter cannot have here
// (policies, keys of KMS, types of data that AWS checks with other services) is refused, never
// taken and forgotten.

import type { PutParameterCommandInput, PutParameterCommandOutput } from '@aws-sdk/client-ssm';
import { limit } from '../../core/limit.ts';
import { requestTags, tagsOfList } from '../access.ts';
import { lengthIn, oneOf, validation } from '../constraint.ts';
import { onParameters } from './access.ts';
import { sameArn } from './arn.ts';
import { checkPattern, keyId, newName, tags, tierOf } from './check.ts';
import { change, count, seal, type SsmOperation } from './deps.ts';
import { oldestHasLabel, parameterExists, tooManyParameters } from './error.ts';
import {
  versionKey,
  type Parameter,
  type ParameterDraft,
  type ParameterVersion,
} from './resources.ts';

const types = ['String', 'StringList', 'SecureString'] as const;
const tiers = ['Standard', 'Advanced', 'Intelligent-Tiering'] as const;
const keyByDefault = 'alias/aws/ssm';

export const putParameter: SsmOperation<PutParameterCommandInput, PutParameterCommandOutput> = {
  authorizes(input, context) {
    const conditions = () => ({
      'ssm:Overwrite': String(input.Overwrite ?? false),
      ...requestTags(tagsOfList(input.Tags)),
    });
    const tagging = input.Tags && input.Tags.length > 0 ? ['AddTagsToResource'] : [];
    return ['PutParameter', ...tagging].flatMap((action) =>
      onParameters(action, [input.Name], context, { conditions }),
    );
  },

  async handle(deps, input, context) {
    const name = newName(input.Name);
    const value = lengthIn(input.Value, 1, limit.parameter.advancedBytes, 'value') ?? '';
    const type = oneOf(types, input.Type, 'type');
    const tier = oneOf(tiers, input.Tier, 'tier');
    const description = lengthIn(input.Description, 0, 1024, 'description');
    refuseUnbuilt(input);
    if (input.Overwrite && input.Tags && input.Tags.length > 0)
      throw validation(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
      );
    const key = keyId(input.KeyId);
    const newTags = tags(input.Tags);
    const { current } = await change(deps, context, (draft) => {
      const there = draft.get('parameter', name);
      if (there !== undefined && !input.Overwrite) throw parameterExists();
      const other = sameArn(name);
      if (there === undefined && draft.get('parameter', other) !== undefined)
        throw validation(
          `Parameter name: ${other} is there, which has the same ARN: no policy could tell them apart.`,
        );
      const had = there?.current;
      const kept = type ?? had?.type;
      if (kept === undefined)
        throw validation('A parameter type is required when you create a parameter.');
      if (key !== undefined && kept !== 'SecureString')
        throw validation(`KeyId is only for parameters of type SecureString, not ${kept}.`);
      const allowedPattern = input.AllowedPattern ?? had?.allowedPattern;
      checkPattern(allowedPattern, value);
      const version = (had?.version ?? 0) + 1;
      const after = withVersion(draft, there, {
        name,
        tags: newTags,
        version: {
          version,
          type: kept,
          sealed: seal(deps, context.scope, name, version, value),
          description: description ?? had?.description,
          allowedPattern,
          tier: tierOf(tier, value, had?.tier),
          keyId: kept === 'SecureString' ? (key ?? had?.keyId ?? keyByDefault) : undefined,
          changedAtMs: deps.clock.now(),
          changedBy: context.principal.arn,
        },
      });
      draft.put('parameter', name, after);
      return after;
    });
    return { Version: current.version, Tier: current.tier };
  },
};

function refuseUnbuilt({ DataType: dataType, Policies: policies }: PutParameterCommandInput): void {
  if (dataType !== undefined && dataType !== 'text')
    throw validation(
      `The following data type is not supported: ${lengthIn(dataType, 0, 128, 'dataType')} (Data type names are all lowercase.)`,
    );
  if (policies !== undefined && policies !== '' && policies !== '[]')
    throw validation('Policies is not supported by Longshore yet');
}

interface NewVersion {
  readonly name: string;
  readonly tags: Parameter['tags'];
  readonly version: ParameterVersion;
}

/** The oldest version gives way to the newest, unless somebody holds on to it by a label. */
function withVersion(
  draft: ParameterDraft,
  there: Parameter | undefined,
  { name, tags: newTags, version }: NewVersion,
): Parameter {
  if (there === undefined) {
    if (count(draft, 1) > limit.parameter.parameters) throw tooManyParameters();
    return { name, tags: newTags, labels: {}, oldest: version.version, current: version };
  }
  draft.put('version', versionKey(name, there.current.version), there.current);
  let { oldest } = there;
  if (version.version - oldest >= limit.parameter.versions) {
    if (Object.values(there.labels).includes(oldest)) throw oldestHasLabel(name, oldest);
    draft.remove('version', versionKey(name, oldest++));
  }
  return { ...there, oldest, current: version };
}
