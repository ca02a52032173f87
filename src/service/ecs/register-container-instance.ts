// RegisterContainerInstance: a host of the caller's own joins the cluster of an UNMANAGED
// environment. On AWS the container agent calls this from the instance; here its owner does
// (`longshore instance register`), and says by attributes where the host's Docker engine listens.
// What the host has is asked of that engine, and not taken from the request.

import type {
  Attribute,
  RegisterContainerInstanceCommandInput,
  RegisterContainerInstanceCommandOutput,
} from '@aws-sdk/client-ecs';
import { must } from '../../base/assert.ts';
import { hostId } from '../../base/ids.ts';
import type { EngineEndpoint, HostFacts } from '../../core/host/host.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { BadHostAddress } from '../../port/host-connector.ts';
import { integerIn, lengthIn } from './check.ts';
import { onCluster } from './access.ts';
import { knownCluster } from './cluster.ts';
import { instanceDetails } from './container-instance.ts';
import type { EcsDeps, EcsOperation } from './deps.ts';
import { clientError, invalidParameter } from './error.ts';
import { send } from './send.ts';

/**
 * Attributes by which a host tells how it is reached; the console and the command line set them.
 */
const own = {
  dockerHost: 'longshore.docker-host',
  certPath: 'longshore.docker-cert-path',
  gpus: 'longshore.gpus',
  title: 'longshore.title',
} as const;

export const registerContainerInstance: EcsOperation<
  RegisterContainerInstanceCommandInput,
  RegisterContainerInstanceCommandOutput
> = {
  authorizes: (input, context) =>
    onCluster('ecs:RegisterContainerInstance', input.cluster, context),

  async handle(deps, input, context) {
    if (input.containerInstanceArn)
      throw invalidParameter(
        'containerInstanceArn is not supported by Longshore: deregister the instance and register it anew',
      );
    if (input.tags && input.tags.length > 0)
      throw invalidParameter('tags of container instances are not supported by Longshore');
    const environment = knownCluster(deps.reader, context.scope, input.cluster);
    const attribute = (name: string): string | undefined => valueOf(input.attributes, name);
    const dockerHost = attribute(own.dockerHost);
    if (dockerHost === undefined)
      throw invalidParameter(
        `attribute ${own.dockerHost} must be given: unix:///path, tcp://host:port or ssh://user@host`,
      );
    const endpoint: EngineEndpoint = { url: dockerHost, certPath: attribute(own.certPath) };
    const gpus = integerIn(Number(attribute(own.gpus) ?? 0), 0, 1024, `attribute ${own.gpus}`) ?? 0;
    const title = lengthIn(attribute(own.title), 1, 128, `attribute ${own.title}`) ?? dockerHost;
    const facts = { ...(await probe(deps, endpoint)), gpus };
    const command = {
      type: 'register-host',
      scope: context.scope,
      hostId: hostId(deps.ids.uuid().replaceAll('-', '')),
      cluster: environment.ecsClusterArn,
      title,
      endpoint,
      facts,
    } as const;
    const registered = await send(deps, command, context);
    const view = must(
      deps.reader.containerInstance(environment, registered.hostId),
      'a host that registered is in its cluster',
    );
    return { containerInstance: (await instanceDetails(deps, [view], context))[0] };
  },
};

const valueOf = (attributes: readonly Attribute[] | undefined, name: string): string | undefined =>
  attributes?.find((attribute) => attribute.name === name)?.value || undefined;

async function probe({ hosts }: EcsDeps, endpoint: EngineEndpoint): Promise<HostFacts> {
  try {
    return await hosts.probe(endpoint);
  } catch (error) {
    if (error instanceof BadHostAddress) throw invalidParameter(error.message);
    if (error instanceof EngineUnavailable) throw clientError(error.message);
    throw error;
  }
}
