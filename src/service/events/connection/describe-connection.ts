// DescribeConnection: one connection, without what is secret of it.

import type {
  DescribeConnectionCommandInput,
  DescribeConnectionCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { onNamed } from '../access.ts';
import { view, type EventsOperation } from '../deps.ts';
import { foundConnection, shownConnection } from './connection.ts';

export const describeConnection: EventsOperation<
  DescribeConnectionCommandInput,
  DescribeConnectionCommandOutput
> = {
  authorizes: ({ Name }, context) => onNamed('DescribeConnection', 'connection', Name, context),

  async handle(deps, input, context) {
    const connection = foundConnection(await view(deps, context), input.Name);
    return {
      ...shownConnection(connection, context),
      Name: connection.name,
      Description: connection.description,
      AuthorizationType: connection.type,
      AuthParameters: connection.shown,
    };
  },
};
