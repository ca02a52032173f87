// A client of EventBridge Scheduler whose requests go straight to a rig, in its account and region.

import * as sdk from '@aws-sdk/client-scheduler';
import { account, context } from './caller.ts';
import type { Rig } from './rig.ts';
import { sdkClient } from './sdk-client.ts';

type Commands = {
  readonly [K in keyof typeof sdk as K extends `${infer Name}Command` ? Name : never]: unknown;
};

const commands: Readonly<Record<string, unknown>> = sdk;

/** Calls an operation by its name; in the name of another account, where one is given. */
export function schedulerCaller(rig: Rig, of = account) {
  const client = sdkClient(sdk, 'SchedulerClient', rig.app.pipeline, {
    accessKeyId: of,
    secretAccessKey: 'none',
    region: context.region,
  });
  return async (name: keyof Commands, input: object = {}): Promise<Record<string, unknown>> => {
    const Command = commands[`${name}Command`] as new (input: object) => object;
    const { $metadata, ...answer } = await rig.answered(client.send(new Command(input)));
    void $metadata;
    return answer;
  };
}
