// What a target gets in place of the event, as PutTargets takes it: what could not be made of any
// event is refused. Making it is the senders'.

import type { InputTransformer, Target } from '@aws-sdk/client-eventbridge';
import { isRefusal } from '../../../base/refusal.ts';
import { targetInput } from '../../../core/input-transform/input.ts';
import { limit } from '../../../core/limit.ts';
import { formedAs, lengthIn, validation } from '../../constraint.ts';
import type { RuleTarget } from '../resources.ts';

type Input = Pick<RuleTarget, 'input' | 'inputPath' | 'inputTransformer'>;

export function inputOf(
  { Id: id = '', Input: input, InputPath: inputPath, InputTransformer: transformer }: Target,
  member: string,
): Input {
  lengthIn(input, 0, limit.events.input, `${member}.input`);
  lengthIn(inputPath, 0, limit.events.pathCharacters, `${member}.inputPath`);
  if ([input, inputPath, transformer].filter((one) => one !== undefined).length > 1)
    throw validation(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`,
    );
  const settings = {
    input,
    inputPath,
    inputTransformer: transformer && transformerOf(transformer, id, member),
  };
  const made = targetInput(id, settings);
  if (isRefusal(made)) throw validation(made.message);
  return settings;
}

function transformerOf(
  { InputPathsMap: paths = {}, InputTemplate: template = '' }: InputTransformer,
  id: string,
  member: string,
): NonNullable<RuleTarget['inputTransformer']> {
  const at = `${member}.inputTransformer`;
  lengthIn(template, 1, limit.events.input, `${at}.inputTemplate`);
  lengthIn(Object.keys(paths), 0, limit.events.inputPaths, `${at}.inputPathsMap`);
  for (const [name, path] of Object.entries(paths)) {
    lengthIn(name, 1, 256, `${at}.inputPathsMap.key`);
    formedAs(name, /^[A-Za-z0-9_-]+$/, String.raw`[A-Za-z0-9\_\-]+`, `${at}.inputPathsMap.key`);
    lengthIn(path, 0, limit.events.pathCharacters, `${at}.inputPathsMap.value`);
    if (/^aws/i.test(name))
      throw validation(`InputPathsMap for target ${id} has a key that begins with AWS: ${name}.`);
  }
  return { paths, template };
}
