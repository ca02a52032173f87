// Interrupts a Spot instance, as EC2 does when it wants the capacity back: its jobs fail by the end
// of their host, and are retried by their own strategy. AWS has Fault Injection Service for the
// same end.

import { isRefusal } from '../../base/refusal.ts';
import { instanceIdOf } from '../../core/host/host.ts';
import { invalid, notFound, throttled } from '../../wire/error-catalogue.ts';
import type { Operation } from '../../wire/operation.ts';
import { on } from '../ec2/access.ts';
import type { LongshoreDeps } from './deps.ts';

interface InterruptedInstance {
  readonly instanceId: string;
}

export const interruptInstance: Operation<LongshoreDeps, InterruptedInstance, InterruptedInstance> =
  {
    authorizes: ({ instanceId }, context) =>
      on('SendSpotInstanceInterruptions', context, 'instance', instanceId),

    async handle({ bus, reader }, { instanceId }, context) {
      const { scope } = context;
      // None that is gone.
      const found = reader.instances
        .instances(scope, Number.POSITIVE_INFINITY)
        .find(({ instance }) => instanceIdOf(instance) === instanceId);
      if (found === undefined) throw notFound(`Instance ${instanceId.slice(0, 64)}`);
      const { id: hostId, spot } = found.instance;
      if (!spot)
        throw invalid(
          `Instance ${instanceId} is On-Demand: only Spot Instances are interrupted. Terminate it instead.`,
        );
      const reply = await bus.submit(
        { type: 'end-instance', scope, hostId, cause: 'interruption' },
        context,
      );
      if (isRefusal(reply) && reply.refusal === 'busy') throw throttled(reply.message);
      return { instanceId };
    },
  };
