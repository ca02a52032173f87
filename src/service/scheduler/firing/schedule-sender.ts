// Serves the lanes of schedules: calls the operation that a schedule's target is, as its execution
// role. Operations of this server go through its own pipeline; those of services elsewhere go out,
// if the role may have them made. What cannot be called goes to the schedule's dead-letter queue. A
// schedule that is done and does not stay is removed when nothing of it is on its way any more.

import { scopeParts, type Scope } from '../../../base/ids.ts';
import { limit } from '../../../core/limit.ts';
import type { Clock } from '../../../port/clock.ts';
import type {
  Delivery,
  DeliveryFailure,
  GivenUpBecause,
  LanePolicy,
  NewDelivery,
  Sender,
} from '../../../port/delivery.ts';
import type { Elsewhere } from '../../../port/elsewhere.ts';
import type { OwnServices, ServiceCaller } from '../../../port/own-services.ts';
import type { OutboxReader } from '../../../port/store.ts';
import { deadLetterOf, toldError } from '../../delivery/dead-letter.ts';
import { noPlace, sendElsewhere } from '../../delivery/elsewhere.ts';
import { failedForGood, failedOnce, failureOf } from '../../delivery/failure.ts';
import { eventId } from '../../events/bus-event.ts';
import { submissionId } from '../../events/target/submission-id.ts';
import { ownFailure } from '../../events/target/target-sender.ts';
import type { ResourceSpace } from '../../resource-space.ts';
import { groupArn, scheduleArn } from '../arn.ts';
import type { Schedule, SchedulerKinds } from '../resources.ts';
import {
  defaultInput,
  executionId,
  timeText,
  withContext,
  type Invocation,
} from '../target/context.ts';
import {
  elsewhereName,
  namedScheduleTarget,
  operationOf,
  targetCall,
  type NamedScheduleTarget,
  type TargetCall,
} from '../target/target-call.ts';
import { actElsewhere, elsewhereCall } from './call-elsewhere.ts';
import type { ScheduleDelivery } from './scheduled.ts';

interface SenderParts {
  readonly space: Pick<ResourceSpace<SchedulerKinds>, 'current' | 'change'>;
  readonly own: OwnServices;
  readonly elsewhere: Elsewhere;
  readonly outbox: Pick<OutboxReader, 'deliveriesAbove' | 'firedUpToMs'>;
  readonly clock: Clock;
  /** Of ours, with a delivery: it is tried again. */
  readonly onFault: (error: unknown) => void;
}

/** As roles trust it. */
export const schedulerService = 'scheduler.amazonaws.com';

const by = { part: 'schedules' };

/** An invocation, and what it comes to. */
interface Call extends Invocation {
  readonly schedule: Schedule;
  readonly named: NamedScheduleTarget;
  /** What the target gets. */
  readonly text: string;
  readonly call: TargetCall;
}

export class ScheduleSender implements Sender {
  readonly #parts: SenderParts;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  #schedule(scope: Scope, id: string): Schedule | undefined {
    return this.#parts.space.current(scope).get('schedule', id);
  }

  policyOf(scope: Scope, id: string): LanePolicy | undefined {
    const target = this.#schedule(scope, id)?.target;
    return (
      target && {
        retries: target.retryAttempts,
        maxAgeMs: target.maxAgeSeconds * 1_000,
        atOnce: limit.scheduler.atOnce,
      }
    );
  }

  async send(delivery: Delivery, signal: AbortSignal): Promise<DeliveryFailure | undefined> {
    try {
      return await this.#send(delivery, signal);
    } catch (error) {
      // Where the server is stopping, what it is asked for fails.
      if (!signal.aborted) this.#parts.onFault(error);
      return failedOnce(
        'AWS.Scheduler.InternalServerError',
        'Unexpected error occurred while processing the request',
      );
    }
  }

  async #send(delivery: Delivery, signal: AbortSignal): Promise<DeliveryFailure | undefined> {
    const schedule = this.#schedule(delivery.scope, delivery.lane.id);
    const body = JSON.parse(delivery.body) as ScheduleDelivery;
    // It is another one by now: nothing leads from the one before to it.
    if (schedule === undefined || schedule.createdAtMs !== body.madeMs) return undefined;
    if (body.scheduledMs === undefined) {
      await this.#remove(delivery, body, signal);
      return undefined;
    }
    const call = callOf(schedule, delivery, body.scheduledMs);
    return 'call' in call ? this.#call(call, delivery, signal) : call;
  }

  async #call(
    made: Call,
    delivery: Delivery,
    signal: AbortSignal,
  ): Promise<DeliveryFailure | undefined> {
    const { own } = this.#parts;
    const { scope, call } = made;
    const operation = own.named(call.service, call.action);
    if (operation === undefined) return this.#callElsewhere(made, signal);
    const once = submissionId(delivery, made.scheduleArn);
    const { region } = scopeParts(scope);
    const answer = await own.call(
      { ...operation, region, input: call.input, once },
      callerOf(made),
    );
    if ('error' in answer) {
      const { code, message } = answer.error;
      return { ...ownFailure(answer.error), code, message };
    }
    return operation.operation === 'PutEvents' ? putFailure(answer.output) : undefined;
  }

  async #callElsewhere(of: Call, signal: AbortSignal): Promise<DeliveryFailure | undefined> {
    const { own, elsewhere } = this.#parts;
    const { scope, call, schedule, named, text } = of;
    const { target } = schedule;
    const service = elsewhereName(call.service);
    if (service === undefined || elsewhere.placeOf(service) === undefined)
      return failedForGood('NO_RESOURCE', `${target.arn} ${noPlace(service ?? call.service)}`);
    const { region } = scopeParts(scope);
    const made = elsewhereCall(service, call, scope);
    const { action, resources } = actElsewhere(made);
    for (const resource of named.kind === 'universal' ? resources : [target.arn]) {
      const denied = await own.denial({ region, action, resource }, callerOf(of));
      if (denied !== undefined) return { ...ownFailure(denied), code: denied.code };
    }
    if (named.kind !== 'universal') {
      const { messageGroupId, partitionKey } = target;
      const message = { body: text, messageGroupId, partitionKey };
      return sendElsewhere(elsewhere, target.arn, message, signal);
    }
    const error = await elsewhere.call(made, signal);
    return error && { ...failureOf(error), code: error.code, message: error.message };
  }

  /** Waits for what else of it is on its way; nobody has made it go on since. */
  async #remove(
    { scope, lane }: Delivery,
    { madeMs, changedMs }: ScheduleDelivery,
    signal: AbortSignal,
  ): Promise<void> {
    const { outbox, space } = this.#parts;
    for (let pauseMs = 1_000; ; pauseMs = Math.min(2 * pauseMs, 60_000)) {
      const page = outbox.deliveriesAbove({ scope, lane, number: 0, limit: 2 });
      if (page.length < 2) break;
      await this.#pause(pauseMs, signal);
      if (signal.aborted) return;
    }
    await space.change(scope, by, (draft) => {
      const there = draft.get('schedule', lane.id);
      const isSame = there?.createdAtMs === madeMs && there.changedAtMs === changedMs;
      if (isSame) draft.remove('schedule', lane.id);
    });
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      const over = (): void => {
        cancel();
        signal.removeEventListener('abort', over);
        resolve();
      };
      const cancel = clock.at(clock.now() + ms, over);
      signal.addEventListener('abort', over);
    });
  }

  insteadOf(
    delivery: Delivery,
    failure: DeliveryFailure,
    because: GivenUpBecause,
  ): NewDelivery | undefined {
    const { scope, lane } = delivery;
    const schedule = this.#schedule(scope, lane.id);
    const { madeMs, scheduledMs } = JSON.parse(delivery.body) as ScheduleDelivery;
    if (schedule === undefined || schedule.createdAtMs !== madeMs) return undefined;
    // It only came too late: what was before it took so long.
    if (scheduledMs === undefined) {
      const { key, body } = delivery;
      return { scope, lane, key, body, sinceMs: this.#parts.clock.now() };
    }
    const { deadLetterArn: queueArn } = schedule.target;
    if (queueArn === undefined) return undefined;
    const call = callOf(schedule, delivery, scheduledMs);
    const message = JSON.stringify('call' in call ? call.call.input : {});
    const attributes = attributesOf(schedule, delivery, { scheduledMs, failure, because });
    return deadLetterOf({ queueArn, message, attributes }, delivery);
  }
}

/** A failure where it comes to nothing. */
function callOf(
  schedule: Schedule,
  { scope, attempts }: Delivery,
  scheduledMs: number,
): Call | DeliveryFailure {
  const named = namedScheduleTarget(schedule.target.arn);
  // It was taken once; what is taken may have changed since.
  if (named === undefined || 'notServed' in named)
    return failedForGood('NO_RESOURCE', `${schedule.target.arn} is no target that is served.`);
  const invocation = {
    scope,
    scheduleArn: scheduleArn(scope, schedule),
    scheduledMs,
    attempt: attempts + 1,
  };
  const { input } = schedule.target;
  const text = input === undefined ? defaultInput(invocation) : withContext(input, invocation);
  const call = targetCall(named, schedule.target, text);
  return call === undefined
    ? failedForGood('INVALID_JSON', 'The input of a universal target must be a JSON object.')
    : { ...invocation, schedule, named, text, call };
}

/** Trust policies know the group by `aws:SourceArn` (user guide, "Confused deputy prevention"). */
const callerOf = ({ scope, schedule, scheduleArn: arn }: Call): ServiceCaller => ({
  service: schedulerService,
  sourceArn: groupArn(scope, schedule.group),
  scope,
  role: {
    arn: schedule.target.roleArn,
    // 32 hexadecimal digits, as on AWS; the same for all invocations.
    session: eventId(`session ${arn}`).replaceAll('-', ''),
  },
});

/** PutEvents says of each event what became of it. */
function putFailure(output: unknown): DeliveryFailure | undefined {
  const { Entries: [entry] = [] } = output as {
    readonly Entries?: readonly { ErrorCode?: string; ErrorMessage?: string }[];
  };
  const { ErrorCode: code, ErrorMessage: message = '' } = entry ?? {};
  return code === undefined
    ? undefined
    : { ...failureOf({ code, message, status: 400 }), code, message };
}

/** What AWS says of it beside the request (user guide, "Configuring a dead-letter queue"). */
function attributesOf(
  schedule: Schedule,
  { scope, attempts }: Delivery,
  of: {
    readonly scheduledMs: number;
    readonly failure: DeliveryFailure;
    readonly because: GivenUpBecause;
  },
): Parameters<typeof deadLetterOf>[0]['attributes'] {
  const { scheduledMs, failure, because } = of;
  const arn = scheduleArn(scope, schedule);
  const told = {
    ERROR_CODE: failure.code,
    ERROR_MESSAGE: toldError(failure.message),
    EXECUTION_ID: executionId({ scheduleArn: arn, scheduledMs }),
    EXHAUSTED_RETRY_CONDITION: because === 'final' ? '' : because,
    IS_PAYLOAD_TRUNCATED: 'false',
    RETRY_ATTEMPTS: String(attempts),
    SCHEDULED_TIME: timeText(scheduledMs),
    SCHEDULE_ARN: arn,
    TARGET_ARN: universalArn(schedule.target.arn),
  };
  return Object.fromEntries(
    Object.entries(told)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, { DataType: 'String' as const, StringValue: value }]),
  );
}

function universalArn(arn: string): string {
  const named = namedScheduleTarget(arn);
  if (named === undefined || 'notServed' in named || named.kind === 'universal') return arn;
  const { service, action } = operationOf(named);
  return `arn:${arn.split(':', 2)[1] ?? 'aws'}:scheduler:::aws-sdk:${service}:${action}`;
}
