// Targets of services that this server does not offer: SQS queues, Lambda functions, state machines
// and Kinesis streams. The target's role must allow what is done; that it is done with the
// operator's credentials is the port's business.

import { scopeParts } from '../../../base/ids.ts';
import { isRefusal } from '../../../base/refusal.ts';
import { parseJsonPath, valueAt } from '../../../core/input-transform/json-path.ts';
import type { DeliveryFailure } from '../../../port/delivery.ts';
import type { Elsewhere } from '../../../port/elsewhere.ts';
import type { OwnServices } from '../../../port/own-services.ts';
import { sendElsewhere } from '../../delivery/elsewhere.ts';
import { callerOf } from './caller.ts';
import type { TargetKind } from './kind.ts';
import { ownFailure, type TargetSender, type ToTarget } from './target-sender.ts';

interface ElsewhereParts {
  readonly own: Pick<OwnServices, 'denial'>;
  readonly elsewhere: Elsewhere;
}

/** What a role must allow. */
const actions = {
  queue: 'sqs:SendMessage',
  function: 'lambda:InvokeFunction',
  'state-machine': 'states:StartExecution',
  stream: 'kinesis:PutRecord',
  topic: 'sns:Publish',
} as const satisfies Partial<Record<TargetKind, string>>;

export function elsewhereTarget(
  { own, elsewhere }: ElsewhereParts,
  kind: keyof typeof actions,
): TargetSender {
  /** Whom a target has no role for, its service asks by a policy of its own. */
  async function denial(to: ToTarget): Promise<DeliveryFailure | undefined> {
    if (to.target.roleArn === undefined) return undefined;
    const { region } = scopeParts(to.named.scope);
    const act = { region, action: actions[kind], resource: to.target.arn };
    const denied = await own.denial(act, callerOf(to));
    return denied && ownFailure(denied);
  }
  return {
    atOnce: 20,
    async send(to, signal) {
      const denied = await denial(to);
      if (denied !== undefined) return denied;
      const { target, input: body, event } = to;
      const message = {
        body,
        messageGroupId: target.sqs?.messageGroupId,
        partitionKey: kind === 'stream' ? partitionKey(target.kinesis, event) : undefined,
      };
      return sendElsewhere(elsewhere, target.arn, message, signal);
    },
  };
}

/** What stands at the target's path; else the event's id, as on AWS. */
function partitionKey(kinesis: ToTarget['target']['kinesis'], event: string): string {
  const root = JSON.parse(event) as { readonly id?: unknown };
  const path = kinesis && parseJsonPath(kinesis.partitionKeyPath);
  const value = path === undefined || isRefusal(path) ? undefined : valueAt(path, root);
  const key = value ?? root.id;
  return (typeof key === 'string' ? key : JSON.stringify(key)).slice(0, 256) || '-';
}
