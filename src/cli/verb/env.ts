// `longshore env`: the lines that point the AWS CLI and every SDK of a shell at a server. It
// changes nothing itself.

import { exportLines, exportedNames, exportsOf } from '../server-exports.ts';
import { serverIdentity } from '../server-identity.ts';
import { dummyAccessKeyId } from '../settings.ts';
import { defineVerb } from './verb.ts';

export const env = defineVerb({
  name: 'env',
  summary: 'print the exports that point the AWS CLI at a server',
  usage: '[--unset]',
  about:
    'Dummy credentials, and the endpoint of STS with them, are printed only where the environment names no credentials.',
  flags: { unset: { type: 'boolean', help: 'print commands that unset them' } },
  examples: ['eval "$(longshore env)"', 'eval "$(longshore env --unset)"'],
  operands: { name: 'nothing', least: 0, most: 0 },
  async run({ session, values }) {
    const { io, settings } = session;
    const server = values.unset ? undefined : await serverIdentity(settings);
    const region = settings.regionGiven ? settings.region : (server?.region ?? settings.region);
    const variables = values.unset
      ? exportedNames(io.env)
      : exportsOf(
          {
            endpoint: settings.endpoint,
            logsEndpoint: settings.logsEndpoint,
            region,
            account: server?.account ?? dummyAccessKeyId,
          },
          io.env,
        );
    if (settings.json)
      session.printJson(Array.isArray(variables) ? { unset: variables } : variables);
    else if (Array.isArray(variables)) io.out(`unset ${variables.join(' ')}\n`);
    else
      io.out(
        exportLines(variables)
          .map((line) => `${line}\n`)
          .join(''),
      );
    return 0;
  },
});
