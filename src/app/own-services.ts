// What the server asks of its own services for rules and schedules, through the pipeline that takes
// requests: as the session of a role that trusts the service, or in the service's own name. It
// judges no call itself, but whether the role may be taken on.

import { scopeParts, type Scope } from '../base/ids.ts';
import { partitionOf } from '../base/partition.ts';
import type { Principal } from '../base/principal.ts';
import type { OwnError, OwnServices, ServiceCaller } from '../port/own-services.ts';
import type { RoleAccess } from '../port/role-access.ts';
import { servicePrincipal } from '../service/sts/role-session.ts';
import type { StsDeps } from '../service/sts/deps.ts';
import type { Clock } from '../port/clock.ts';
import { AwsError } from '../wire/aws-error.ts';
import { notBuilt } from '../wire/operation.ts';
import type { Pipeline } from '../wire/pipeline.ts';
import type { AnyService } from '../wire/service.ts';

interface Parts {
  readonly pipeline: Pick<Pipeline, 'call' | 'permit'>;
  readonly services: readonly AnyService[];
  readonly iam: StsDeps['iam'];
  readonly access: Pick<RoleAccess, 'mayBeAssumed'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Roles must be there, and trust who takes them on. */
  readonly isStrict: boolean;
}

/** Where the SDK's name of a service is not the one in ARNs. */
const sdkNames: Readonly<Record<string, string>> = {
  cloudwatchlogs: 'logs',
  eventbridge: 'events',
};

export function ownServices(parts: Parts): OwnServices {
  const { pipeline, services, iam, access, clock, isStrict } = parts;

  async function principalOf(as: ServiceCaller): Promise<Principal | OwnError> {
    const { service, sourceArn, scope, role } = as;
    if (role === 'account') return rootOf(scope);
    if (role === undefined)
      return {
        kind: 'service',
        account: scopeParts(scope).account,
        arn: service,
        userId: service,
        accessKeyId: undefined,
        sourceArn,
      };
    const session = { scope, roleArn: role.arn, session: role.session };
    return !isStrict || (await access.mayBeAssumed(session, { service, sourceArn }))
      ? servicePrincipal({ iam }, session, clock.now())
      : cannotAssume(service, role.arn);
  }

  return {
    async call(call, as) {
      const principal = await principalOf(as);
      if ('code' in principal) return { error: principal };
      try {
        return { output: await pipeline.call({ ...call, principal, invokedBy: as.service }) };
      } catch (error) {
        return { error: told(error) };
      }
    },

    async denial({ region, action, resource, conditions = {} }, as) {
      const principal = await principalOf(as);
      if ('code' in principal) return principal;
      try {
        const asked = { action, resources: [resource], conditions: () => conditions };
        const [, operation = ''] = action.split(':');
        await pipeline.permit(
          { service: 'events', operation, region, principal, invokedBy: as.service },
          [asked],
        );
        return undefined;
      } catch (error) {
        return told(error);
      }
    },

    named(sdkService, action) {
      const name = sdkNames[sdkService] ?? sdkService;
      const operation = action.charAt(0).toUpperCase() + action.slice(1);
      const service = services.find((each) => 'schemas' in each && each.name === name);
      const isThere =
        service !== undefined &&
        Object.hasOwn(service.operations, operation) &&
        service.operations[operation] !== notBuilt;
      return isThere ? { service: name, operation } : undefined;
    },
  };
}

function rootOf(scope: Scope): Principal {
  const { account, region } = scopeParts(scope);
  return {
    kind: 'root',
    account,
    arn: `arn:${partitionOf(region)}:iam::${account}:root`,
    userId: account,
    accessKeyId: undefined,
  };
}

function told(error: unknown): OwnError {
  if (!(error instanceof AwsError)) throw error;
  const { name: code, message, status } = error;
  return { code, message, status };
}

/** In STS's words. */
const cannotAssume = (service: string, roleArn: string): OwnError => ({
  code: 'AccessDenied',
  message: `User: ${service} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
  status: 403,
  isOfRole: true,
});
