// `longshore ami validate`: says how an image, or a registered host as it is now, stands with every
// requirement of the AMI specification. Reads only.

import type { ValidatedRequirement, Validation } from '../../api/validation.ts';
import { UsageError } from '../failure.ts';
import { inLine, type Style } from '../render/style.ts';
import { tableText, type Column } from '../render/table.ts';
import { defineVerb } from './verb.ts';

export const ami = defineVerb({
  name: 'ami',
  summary: 'check an image, or a host of your own, against the compute resource AMI specification',
  usage: 'validate IMAGE-ID [--instance-type TYPE] [--multi-node], or validate HOST-ID',
  about:
    'An image is judged by its record: what was in the image that it was registered from, unless its tags say otherwise.\n' +
    'A host is asked anew; its ID is as `longshore instances` shows it.\n' +
    'What is not known, or depends on what you did not say, is `unknown`. The exit code is 1 where a requirement is not met.',
  flags: {
    'instance-type': {
      type: 'string',
      value: 'TYPE',
      help: 'an image: on which it is to run, for its architecture and GPUs',
    },
    'multi-node': { type: 'boolean', help: 'an image: multi-node parallel jobs are to run on it' },
  },
  examples: [
    'longshore ami validate ami-0a48365311ca50647 --instance-type p3.2xlarge',
    'longshore ami validate $HOST',
  ],
  operands: { name: '`validate` and the ID of an image or of a host', least: 2, most: 2 },
  async run({ session, values, operands: [action, id = ''] }) {
    if (action !== 'validate') throw new UsageError(`'${action}' is not validate`);
    const isImage = id.startsWith('ami-');
    const { 'instance-type': instanceType, 'multi-node': multiNode } = values;
    if (!isImage && (multiNode || instanceType !== undefined))
      throw new UsageError(
        '--instance-type and --multi-node go with an image, whose ID begins with ami-',
      );
    const api = await session.api();
    const validation = isImage
      ? await api.validateImage(
          id,
          {
            ...(instanceType !== undefined && { instanceType }),
            ...(multiNode && { multiNode: 'true' }),
          },
          session.io.nowMs(),
        )
      : await api.validateHost(id, session.io.nowMs());
    if (session.settings.json) session.printJson({ validation });
    else {
      session.io.out(
        validationText(
          validation,
          session.style,
          session.io.outIsTty ? session.io.columns : undefined,
        ),
      );
      if (validation.note !== undefined) session.io.err(`${inLine(validation.note)}\n`);
    }
    return validation.valid ? 0 : 1;
  },
});

function validationText(
  { id, name, valid, requirements }: Validation,
  style: Style,
  width: number | undefined,
): string {
  const missed = requirements.filter(({ result }) => result === 'not met').length;
  const verdict = valid
    ? 'meets the AMI specification, as far as is known'
    : `fails ${missed} ${missed === 1 ? 'requirement' : 'requirements'} of the AMI specification`;
  const rows = requirements.map(({ requirement, result, found, needed }) => [
    requirement,
    resultText(result, style),
    found,
    needed,
  ]);
  return `${inLine(`${style('bold', name)} (${id}) ${verdict}`)}\n${tableText(columns, rows, width)}`;
}

const columns: readonly Column[] = [
  { title: 'REQUIREMENT', mayBeCut: true },
  { title: 'RESULT' },
  { title: 'FOUND', mayBeCut: true },
  { title: 'NEEDED', mayBeCut: true },
];

const colours = { met: 'green', 'not met': 'red', unknown: 'yellow' } as const;
const resultText = (result: ValidatedRequirement['result'], style: Style): string =>
  style(colours[result], result);
