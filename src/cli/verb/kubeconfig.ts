// `longshore kubeconfig`: a kubeconfig whose context is called as an environment names the cluster,
// and is made of what the caller's own files have. It holds no credential and no address: the
// server's are its own, and the caller's stay where they are (ADR 0065).

import { certificatesIn } from '../../base/certificates.ts';
import type { EksApi, KnownCluster } from '../eks-api.ts';
import { Failure, UsageError } from '../failure.ts';
import {
  leadsTo,
  likeliest,
  ownContexts,
  type OwnContext,
  type OwnContexts,
} from '../own-contexts.ts';
import { nameOfArn, quoted } from '../render/job.ts';
import { defineVerb } from './verb.ts';

export const kubeconfig = defineVerb({
  name: 'kubeconfig',
  summary: 'print a kubeconfig for a Kubernetes cluster that the server knows',
  usage: '[--cluster NAME] [--context CONTEXT]',
  about:
    'It names the context of your own kubeconfig that leads to the cluster, under the ARN by which compute environments name it, and holds no credentials: use it beside your own. The server gives its own to nobody.',
  flags: {
    cluster: {
      type: 'string',
      value: 'NAME',
      help: 'its name or ARN (default: the only one that the server knows)',
    },
    context: {
      type: 'string',
      value: 'CONTEXT',
      help: 'of your kubeconfig (default: the one that leads there)',
    },
  },
  examples: [
    'longshore kubeconfig --cluster lab > lab.yaml',
    'KUBECONFIG=lab.yaml:$HOME/.kube/config kubectl get pods --all-namespaces',
  ],
  operands: { name: 'nothing', least: 0, most: 0 },
  async run({ session, values }) {
    const { io, settings } = session;
    const api = await session.eks();
    const cluster = await api.cluster(
      values.cluster === undefined ? await onlyCluster(api) : nameOfArn(values.cluster),
    );
    if (values.cluster?.startsWith('arn:') && values.cluster !== cluster.arn)
      throw new Failure(
        `the server knows ${cluster.arn}, and not ${values.cluster}: another account or region`,
      );
    const own = await ownContexts(io.env);
    const context = contextFor(cluster, own, values.context);
    if (settings.json) session.printJson(configOf(cluster, context));
    else {
      io.out(yamlOf(cluster, context));
      io.err(
        `It names ${context.name} of your own kubeconfig: use both, as in KUBECONFIG=FILE:${own.paths.map(quoted).join(':')}\n`,
      );
    }
    return 0;
  },
});

async function onlyCluster(api: EksApi): Promise<string> {
  const [first, ...others] = await api.clusters();
  if (first === undefined)
    throw new Failure(
      'the server knows no Kubernetes cluster of this account and region: it is started with --cluster NAME=CONTEXT',
    );
  if (others.length > 0)
    throw new UsageError(
      `the server knows ${others.length + 1} clusters`,
      `Say which by --cluster: ${[first, ...others].join(', ')}`,
    );
  return first;
}

/** Throws a {@link Failure} where none leads there, or nobody can say which of several is meant. */
function contextFor(
  { arn, endpoint, authorities }: KnownCluster,
  own: OwnContexts,
  given: string | undefined,
): OwnContext {
  const wanted = { endpoint, certificates: certificatesIn(authorities ?? '') };
  if (given !== undefined) {
    const context = own.contexts.find(({ name }) => name === given);
    if (context === undefined)
      throw new Failure(
        `your kubeconfig has no context ${given} that leads to a cluster; it has ${listed(own.contexts)}`,
      );
    // An address may lead through a tunnel; an authority is the cluster's.
    const isAnother =
      context.certificates.length > 0 &&
      wanted.certificates.length > 0 &&
      !leadsTo(context, wanted);
    if (isAnother)
      throw new Failure(`the context ${given} leads to another cluster than ${nameOfArn(arn)}`);
    return context;
  }
  const found = likeliest(own, wanted);
  if ('name' in found) return found;
  throw new Failure(
    found.length > 0
      ? `several contexts lead to ${nameOfArn(arn)}: say by --context which is meant of ${listed(found)}`
      : `no context of ${own.paths.join(':')} leads to ${nameOfArn(arn)}${endpoint === undefined ? '' : ` (${endpoint})`}. The server gives its own credentials to nobody: have some of your own from whoever runs the cluster, then say this again`,
  );
}

const listed = (contexts: readonly OwnContext[]): string =>
  contexts.map(({ name }) => name).join(', ') || 'none';

const configOf = ({ arn }: KnownCluster, { cluster, user, namespace }: OwnContext) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': arn,
  contexts: [{ name: arn, context: { cluster, user, namespace } }],
});

/** YAML takes texts as JSON has them. */
const yamlOf = ({ arn }: KnownCluster, context: OwnContext): string =>
  [
    '# Holds no credentials: use it beside the kubeconfig that has what it names.',
    'apiVersion: v1',
    'kind: Config',
    `current-context: ${JSON.stringify(arn)}`,
    'contexts:',
    `- name: ${JSON.stringify(arn)}`,
    '  context:',
    ...(['cluster', 'user', 'namespace'] as const).flatMap((member) =>
      context[member] === undefined ? [] : [`    ${member}: ${JSON.stringify(context[member])}`],
    ),
    '',
  ].join('\n');
