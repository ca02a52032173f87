// What a target of a rule gets of an event: the event itself, a constant, what stands at a path, or
// what a transformer makes of it. Rules: the user guide of EventBridge, "Amazon EventBridge input
// transformation", and what AWS answered and sent in LocalStack's recorded tests (events inputs).

import { isRefusal, refuse, type Refusal } from '../../base/refusal.ts';
import { limit } from '../limit.ts';
import { parseJsonPath, valueAt, type JsonPath } from './json-path.ts';
import { fill, parseTemplate } from './template.ts';

/** As a target says it; one of them at the most. */
interface InputSettings {
  readonly input?: string | undefined;
  readonly inputPath?: string | undefined;
  readonly inputTransformer?:
    | { readonly paths: Readonly<Record<string, string>>; readonly template: string }
    | undefined;
}

/** An event on its way to a target, and what the reserved variables stand for. */
interface EventToSend {
  /** As JSON. */
  readonly text: string;
  readonly ruleArn: string;
  readonly ruleName: string;
  /** When it came in, by ISO 8601. */
  readonly ingestedAt: string;
}

/** What the target gets, as text that is JSON but for lines of text; a refusal: too long. */
type TargetInput = (event: EventToSend) => string | Refusal;

/**
 * Once for many events. A refusal is the answer to PutTargets, in AWS's words where they are known;
 * `id` is the target's.
 */
export function targetInput(
  id: string,
  { input: constant, inputPath, inputTransformer }: InputSettings,
): TargetInput | Refusal {
  if (constant !== undefined)
    return isJson(constant)
      ? () => constant
      : refuse('invalid', `JSON syntax error in input for target ${id}.`);
  if (inputPath !== undefined) {
    const path = parseJsonPath(inputPath);
    return isRefusal(path)
      ? refuse('invalid', `Parameter InputPath is not valid for target ${id}: ${path.message}.`)
      : ({ text }) => JSON.stringify(valueAt(path, JSON.parse(text)) ?? null);
  }
  return inputTransformer === undefined
    ? ({ text }) => text
    : transformed(id, inputTransformer.paths, inputTransformer.template);
}

const reserved: Readonly<Record<string, (event: EventToSend, parsed: unknown) => unknown>> = {
  'aws.events.rule-arn': ({ ruleArn }) => ruleArn,
  'aws.events.rule-name': ({ ruleName }) => ruleName,
  'aws.events.event.ingestion-time': ({ ingestedAt }) => ingestedAt,
  'aws.events.event': (_event, parsed) => withoutDetail(parsed as object),
  'aws.events.event.json': (_event, parsed) => parsed,
};

/** As AWS writes it, which names one member otherwise. */
function withoutDetail(event: object): object {
  return Object.fromEntries(
    Object.entries(event)
      .filter(([name]) => name !== 'detail')
      .map(([name, value]: [string, unknown]) => [
        name === 'detail-type' ? 'detailType' : name,
        value,
      ]),
  );
}

function transformed(
  id: string,
  paths: Readonly<Record<string, string>>,
  text: string,
): TargetInput | Refusal {
  const parsed = new Map<string, JsonPath>();
  for (const [name, path] of Object.entries(paths)) {
    const one = parseJsonPath(path);
    if (isRefusal(one))
      return refuse(
        'invalid',
        `InputPathsMap for target ${id} has a value that is no JSON path: ${name}: ${one.message}.`,
      );
    parsed.set(name, one);
  }
  const template = parseTemplate(text);
  if (isRefusal(template))
    return refuse('invalid', `Invalid InputTemplate for target ${id} : ${template.message}.`);
  const unknown = template.names.find(
    (name) => !parsed.has(name) && !Object.hasOwn(reserved, name),
  );
  if (unknown !== undefined)
    return refuse(
      'invalid',
      `InputTemplate for target ${id} contains invalid placeholder ${unknown}.`,
    );
  const most = limit.events.transformedCharacters;
  return (event) => {
    const root: unknown = JSON.parse(event.text);
    const valueOf = (name: string): unknown => {
      const path = parsed.get(name);
      return path === undefined ? reserved[name]?.(event, root) : valueAt(path, root);
    };
    return (
      fill(template, valueOf, most) ??
      refuse('limit', `The transformed input has more than ${most} characters.`)
    );
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
