// `longshore env`: the lines that point the AWS CLI and every SDK of a shell at a server; or, with
// --profile, a profile of AWS's configuration that does so, with credentials that are at hand. It
// prints no secret.

import { profileName, writeProfile } from '../aws-profile.ts';
import { Failure, UsageError } from '../failure.ts';
import { quoted } from '../render/job.ts';
import { rootCredentials, rootCredentialsPath } from '../root-credentials.ts';
import { exportLines, exportedNames, exportsOf } from '../server-exports.ts';
import { serverIdentity } from '../server-identity.ts';
import type { Session } from '../session.ts';
import { dummyAccessKeyId, dummySecretAccessKey } from '../settings.ts';
import { defineVerb } from './verb.ts';

export const env = defineVerb({
  name: 'env',
  summary: 'print the exports that point the AWS CLI at a server',
  usage: '[--unset | --profile NAME [--data-dir DIRECTORY]]',
  about:
    "Dummy credentials, and the endpoint of STS with them, are printed only where the environment names no credentials and the server asks for none. --profile writes the server's address and credentials to AWS's own configuration files: those of the environment, else the root's, which a server with --auth on keeps in its data directory.",
  flags: {
    unset: { type: 'boolean', help: 'print commands that unset them' },
    profile: { type: 'string', value: 'NAME', help: 'write a profile, and print its export' },
    'data-dir': {
      type: 'string',
      value: 'DIRECTORY',
      default: './.longshore',
      help: "the server's, for --profile",
    },
  },
  examples: [
    'eval "$(longshore env)"',
    'eval "$(longshore env --unset)"',
    'eval "$(longshore env --profile longshore)"',
  ],
  operands: { name: 'nothing', least: 0, most: 0 },
  async run({ session, values }) {
    const { io, settings } = session;
    if (values.profile !== undefined) {
      if (values.unset) throw new UsageError('--unset and --profile: one of the two');
      return await inProfile(session, profileName(values.profile), values['data-dir']);
    }
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
            asksForCredentials: server?.auth === 'on',
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

async function inProfile(session: Session, name: string, dataDir: string): Promise<number> {
  const { io, settings } = session;
  const server = await serverIdentity(settings);
  const credentials =
    settings.credentials ??
    rootCredentials(dataDir) ??
    (server?.auth === 'on'
      ? undefined
      : {
          accessKeyId: server?.account ?? dummyAccessKeyId,
          secretAccessKey: dummySecretAccessKey,
        });
  if (credentials === undefined)
    throw new Failure(
      `the server at ${settings.endpoint} asks for credentials, and there are none: neither in the environment nor in ${rootCredentialsPath(dataDir)}`,
    );
  const region = settings.regionGiven ? settings.region : (server?.region ?? settings.region);
  const files = writeProfile({ name, endpoint: settings.endpoint, region, credentials }, io.env);
  if (settings.json) session.printJson({ profile: name, files });
  else {
    io.out(`export AWS_PROFILE=${quoted(name)}\n`);
    io.err(`Wrote the profile ${name} to ${files.join(' and ')}\n`);
  }
  return 0;
}
