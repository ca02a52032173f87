// `longshore env`: the lines that point the AWS CLI and every SDK of a shell at a server. It changes nothing itself.

import { dummyAccessKeyId, dummySecretAccessKey } from '../settings.ts';
import { quoted } from '../render/job.ts';
import { defineVerb } from '../verb.ts';

export const env = defineVerb({
  name: 'env',
  summary: 'print the exports that point the AWS CLI at a server',
  usage: '[--unset]',
  about: 'Dummy credentials are printed only where the environment names none.',
  flags: { unset: { type: 'boolean', help: 'print what takes the exports back' } },
  examples: ['eval "$(longshore env)"', 'eval "$(longshore env --unset)"'],
  operands: { name: 'nothing', least: 0, most: 0 },
  async run({ session, values }) {
    const { io, settings } = session;
    const server = values.unset ? undefined : await askServer(settings.endpoint);
    const region = settings.regionGiven ? settings.region : (server?.region ?? settings.region);
    const variables = values.unset ? unsetNames(io.env) : exportsOf(settings.endpoint, settings.logsEndpoint, region, server?.account ?? dummyAccessKeyId, io.env);
    if (settings.json) session.printJson(Array.isArray(variables) ? { unset: variables } : variables);
    else if (Array.isArray(variables)) io.out(`unset ${variables.join(' ')}\n`);
    else io.out(Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}\n`).join(''));
    return 0;
  },
});

/**
 * Services that Batch works with, and that the server answers for too. STS is not among them: whoever's own credentials are
 * made by it would lose them.
 */
const companions = ['AWS_ENDPOINT_URL_EC2', 'AWS_ENDPOINT_URL_ECS', 'AWS_ENDPOINT_URL_IAM'];

type Env = Readonly<Record<string, string | undefined>>;

/** How long a server that is there takes to say what it is, at most. */
const askMs = 2_000;

/** The server's own region and account; undefined where none answers: the exports are printed all the same. */
async function askServer(endpoint: string): Promise<{ region?: string; account?: string } | undefined> {
  try {
    const answer = await fetch(new URL('/_longshore/health', endpoint), { signal: AbortSignal.timeout(askMs) });
    return answer.ok ? ((await answer.json()) as { region?: string; account?: string }) : undefined;
  } catch {
    return undefined;
  }
}

function exportsOf(endpoint: string, logsEndpoint: string, region: string, account: string, environment: Env): Record<string, string> {
  const variables: Record<string, string> = {
    AWS_ENDPOINT_URL_BATCH: endpoint,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logsEndpoint,
    ...Object.fromEntries(companions.map((name) => [name, endpoint])),
    AWS_DEFAULT_REGION: region,
  };
  // A profile is a choice of credentials too, and keys in the environment would win over it.
  if (environment['AWS_ACCESS_KEY_ID'] || environment['AWS_PROFILE']) return variables;
  return { ...variables, AWS_ACCESS_KEY_ID: account, AWS_SECRET_ACCESS_KEY: dummySecretAccessKey };
}

/** Credentials are taken back only where they are the dummy ones. */
function unsetNames(environment: Env): string[] {
  const names = ['AWS_ENDPOINT_URL_BATCH', 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS', ...companions, 'AWS_DEFAULT_REGION'];
  const dummy = /^\d{12}$/.test(environment['AWS_ACCESS_KEY_ID'] ?? '') && environment['AWS_SECRET_ACCESS_KEY'] === dummySecretAccessKey;
  return dummy ? [...names, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] : names;
}
