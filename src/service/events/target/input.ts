// What a target gets in place of the event, as far as PutTargets can tell that it makes sense.
// Making it is the senders'.

import type { InputTransformer, Target } from '@aws-sdk/client-eventbridge';
import { limit } from '../../../core/limit.ts';
import { formedAs, lengthIn, validation } from '../../constraint.ts';
import type { RuleTarget } from '../resources.ts';

type Input = Pick<RuleTarget, 'input' | 'inputPath' | 'inputTransformer'>;

export function inputOf(
  { Id: id = '', Input: input, InputPath: inputPath, InputTransformer: transformer }: Target,
  member: string,
): Input {
  lengthIn(input, 0, limit.events.input, `${member}.input`);
  lengthIn(inputPath, 0, 256, `${member}.inputPath`);
  if ([input, inputPath, transformer].filter((one) => one !== undefined).length > 1)
    throw validation(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${id}.`,
    );
  if (input !== undefined && !isJson(input))
    throw validation(`JSON syntax error in input for target ${id}.`);
  if (inputPath !== undefined && !isPath(inputPath))
    throw validation(`Parameter InputPath is not valid for target ${id}: it is no JSON path.`);
  return {
    input,
    inputPath,
    inputTransformer: transformer && transformerOf(transformer, id, member),
  };
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const isPath = (text: string): boolean => text.startsWith('$');

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
    lengthIn(path, 0, 256, `${at}.inputPathsMap.value`);
    if (/^aws/i.test(name))
      throw validation(`InputPathsMap for target ${id} has a key that begins with AWS: ${name}.`);
    if (!isPath(path))
      throw validation(`InputPathsMap for target ${id} has a value that is no JSON path: ${name}.`);
  }
  for (const [, name = ''] of template.matchAll(/<([\w.-]{1,256})>/g))
    if (!Object.hasOwn(paths, name) && !predefined.has(name))
      throw validation(`InputTemplate for target ${id} contains invalid placeholder ${name}.`);
  return { paths, template };
}

/** User guide, Amazon EventBridge input transformation. */
const predefined = new Set([
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event.ingestion-time',
  'aws.events.event',
  'aws.events.event.json',
]);
