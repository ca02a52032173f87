// Validates a registered host as it is now against the AMI specification: its Docker engine is
// asked again. Changes nothing: what was found when the host registered decides whether it takes
// jobs, until it registers anew.

import type { Validation } from '../../api/validation.ts';
import type { Scope } from '../../base/ids.ts';
import { containerInstanceArn } from '../../core/arn.ts';
import {
  instanceIdOf,
  type Host,
  type EngineEndpoint,
  type HostFacts,
  type RegisteredHost,
} from '../../core/host/host.ts';
import { judgeHost } from '../../core/image/specification.ts';
import { EngineUnavailable } from '../../port/engine.ts';
import { BadHostAddress } from '../../port/host-connector.ts';
import { invalid, notFound } from '../../wire/error-catalogue.ts';
import type { Operation } from '../../wire/operation.ts';
import { hostIdOf } from '../ecs/container-instance.ts';
import type { LongshoreDeps } from './deps.ts';
import { validationOf, type Judged } from './validation.ts';

interface HostToValidate {
  /** The container instance's id or ARN, or its EC2 instance id. */
  readonly hostId: string;
}

export const validateHost: Operation<LongshoreDeps, HostToValidate, Validation> = {
  // Its cluster is not said, and an instance's id may stand for it.
  authorizes: ({ hostId }, { scope }) => [
    {
      action: 'ecs:DescribeContainerInstances',
      resources: [containerInstanceArn(scope, '*', hostIdOf(hostId))],
    },
  ],

  async handle(deps, { hostId }, { scope }) {
    const host = hostNamed(deps, scope, hostId);
    if (host === undefined) throw notFound(`Container instance ${hostId.slice(0, 150)}`);
    if (host.kind === 'machine')
      throw invalid(
        `${host.title} is not a registered host: it is the machine of the server, and no image stands behind it`,
      );
    if (host.kind === 'instance')
      throw invalid(
        `${host.title} is not a registered host; it was launched from ${host.imageId === undefined ? 'no image' : `image ${host.imageId}, which can be validated`}`,
      );
    return validate(deps, host);
  },
};

function hostNamed(
  { reader: { clusters } }: LongshoreDeps,
  scope: Scope,
  given: string,
): Host | undefined {
  const id = hostIdOf(given);
  const views = clusters
    .environments(scope)
    .flatMap((environment) => clusters.containerInstances(environment));
  return views.find(({ host }) => host.id === id || instanceIdOf(host) === given)?.host;
}

async function validate(
  { hosts }: LongshoreDeps,
  { id, title, endpoint, facts, unfit }: RegisteredHost,
): Promise<Validation> {
  const needed = 'a Docker engine that answers';
  const live = await probe(hosts, endpoint);
  if (typeof live === 'string') {
    const before = judgeHost(facts).map((finding) => ({
      ...finding,
      met: undefined,
      found: `${finding.found}, when it registered`,
    }));
    return validationOf(id, title, [
      { requirement: 'reachable', met: false, found: live, needed },
      ...before,
    ]);
  }
  // Docker does not tell how many GPUs there are: its owner did.
  const now = { ...live, gpus: facts.gpus };
  const findings: Judged[] = [
    {
      requirement: 'reachable',
      met: true,
      found: `the Docker engine at ${endpoint.url}`,
      needed,
    },
    ...judgeHost(now),
    ...sinceRegistration(facts, now),
  ];
  const validation = validationOf(id, title, findings);
  return validation.valid && unfit !== undefined
    ? {
        ...validation,
        note: `It takes no jobs because of what was found when it registered: ${unfit}. Deregister it and register it again.`,
      }
    : validation;
}

/** What the host promised when it registered: jobs are placed by it. */
function sinceRegistration(then: HostFacts, now: HostFacts): Judged[] {
  const needed = (text: string): string => `${text}, with which it registered`;
  return [
    {
      requirement: 'architecture',
      met: now.architecture === then.architecture,
      found: `architecture ${now.architecture}`,
      needed: needed(then.architecture),
    },
    {
      requirement: 'vcpus',
      met: now.vcpus >= then.vcpus,
      found: `${now.vcpus} vCPUs`,
      needed: needed(`${then.vcpus} vCPUs`),
    },
    {
      requirement: 'memory',
      met: now.memoryMib >= then.memoryMib,
      found: `${now.memoryMib} MiB`,
      needed: needed(`${then.memoryMib} MiB`),
    },
  ];
}

/** What the host says of itself now, or why it cannot be reached. */
async function probe(
  hosts: LongshoreDeps['hosts'],
  endpoint: EngineEndpoint,
): Promise<HostFacts | string> {
  try {
    return await hosts.probe(endpoint);
  } catch (error) {
    if (error instanceof BadHostAddress || error instanceof EngineUnavailable) return error.message;
    throw error;
  }
}
