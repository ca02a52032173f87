// The operations of Amazon EventBridge that are built, by AWS's name. All else of it (partner event
// sources, global endpoints) answers that it is not built.

import type { OperationTable } from '../../wire/operation.ts';
import { createApiDestination } from './api-destination/create-api-destination.ts';
import { deleteApiDestination } from './api-destination/delete-api-destination.ts';
import { describeApiDestination } from './api-destination/describe-api-destination.ts';
import { listApiDestinations } from './api-destination/list-api-destinations.ts';
import { updateApiDestination } from './api-destination/update-api-destination.ts';
import { createConnection } from './connection/create-connection.ts';
import { deauthorizeConnection } from './connection/deauthorize-connection.ts';
import { deleteConnection } from './connection/delete-connection.ts';
import { describeConnection } from './connection/describe-connection.ts';
import { listConnections } from './connection/list-connections.ts';
import { updateConnection } from './connection/update-connection.ts';
import { createArchive } from './archive/create-archive.ts';
import { deleteArchive } from './archive/delete-archive.ts';
import { describeArchive } from './archive/describe-archive.ts';
import { listArchives } from './archive/list-archives.ts';
import { updateArchive } from './archive/update-archive.ts';
import { createEventBus } from './bus/create-event-bus.ts';
import { deleteEventBus } from './bus/delete-event-bus.ts';
import { describeEventBus } from './bus/describe-event-bus.ts';
import { listEventBuses } from './bus/list-event-buses.ts';
import { updateEventBus } from './bus/update-event-bus.ts';
import type { EventsDeps } from './deps.ts';
import { putEvents } from './event/put-events.ts';
import { putPermission } from './permission/put-permission.ts';
import { removePermission } from './permission/remove-permission.ts';
import { cancelReplay } from './replay/cancel-replay.ts';
import { describeReplay } from './replay/describe-replay.ts';
import { listReplays } from './replay/list-replays.ts';
import { startReplay } from './replay/start-replay.ts';
import { deleteRule } from './rule/delete-rule.ts';
import { describeRule } from './rule/describe-rule.ts';
import { disableRule } from './rule/disable-rule.ts';
import { enableRule } from './rule/enable-rule.ts';
import { listRuleNamesByTarget } from './rule/list-rule-names-by-target.ts';
import { listRules } from './rule/list-rules.ts';
import { putRule } from './rule/put-rule.ts';
import { listTagsForResource } from './tag/list-tags-for-resource.ts';
import { tagResource } from './tag/tag-resource.ts';
import { untagResource } from './tag/untag-resource.ts';
import { listTargetsByRule } from './target/list-targets-by-rule.ts';
import { putTargets } from './target/put-targets.ts';
import { removeTargets } from './target/remove-targets.ts';
import { testEventPattern } from './test-event-pattern.ts';

export const eventsOperations: OperationTable<EventsDeps> = {
  CancelReplay: cancelReplay,
  CreateApiDestination: createApiDestination,
  CreateArchive: createArchive,
  CreateConnection: createConnection,
  CreateEventBus: createEventBus,
  DeauthorizeConnection: deauthorizeConnection,
  DeleteApiDestination: deleteApiDestination,
  DeleteArchive: deleteArchive,
  DeleteConnection: deleteConnection,
  DeleteEventBus: deleteEventBus,
  DeleteRule: deleteRule,
  DescribeApiDestination: describeApiDestination,
  DescribeArchive: describeArchive,
  DescribeConnection: describeConnection,
  DescribeEventBus: describeEventBus,
  DescribeReplay: describeReplay,
  DescribeRule: describeRule,
  DisableRule: disableRule,
  EnableRule: enableRule,
  ListApiDestinations: listApiDestinations,
  ListArchives: listArchives,
  ListConnections: listConnections,
  ListEventBuses: listEventBuses,
  ListReplays: listReplays,
  ListRuleNamesByTarget: listRuleNamesByTarget,
  ListRules: listRules,
  ListTagsForResource: listTagsForResource,
  ListTargetsByRule: listTargetsByRule,
  PutEvents: putEvents,
  PutPermission: putPermission,
  PutRule: putRule,
  PutTargets: putTargets,
  RemovePermission: removePermission,
  RemoveTargets: removeTargets,
  StartReplay: startReplay,
  TagResource: tagResource,
  TestEventPattern: testEventPattern,
  UntagResource: untagResource,
  UpdateApiDestination: updateApiDestination,
  UpdateArchive: updateArchive,
  UpdateConnection: updateConnection,
  UpdateEventBus: updateEventBus,
};
