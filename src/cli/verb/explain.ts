// `longshore explain`: why jobs are where they are, and what would help. Reads only.

import { explainText } from '../render/explanation.ts';
import { defineVerb } from './verb.ts';

export const explain = defineVerb({
  name: 'explain',
  summary: 'say why jobs wait, and what would help, or why they ended',
  usage: 'ID…',
  about: 'A job, a child of an array (ID:INDEX) or an array.',
  flags: {},
  examples: ['longshore explain $JOB', 'longshore explain $JOB:3 --json'],
  operands: { name: 'the ID of a job, or several', least: 1, most: Infinity },
  async run({ session, operands }) {
    const api = await session.api();
    const explanations = [];
    for (const id of new Set(operands))
      explanations.push(await api.explainJob(id, session.io.nowMs()));
    if (session.settings.json) session.printJson({ explanations });
    else
      session.io.out(
        explanations
          .map((explanation) => explainText(explanation, session.style, session.io.nowMs()))
          .join('\n'),
      );
    return 0;
  },
});
