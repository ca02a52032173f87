// Every operation of CloudWatch Logs, by AWS's name. An operation is added here and in a file of
// its own (doc/checklist).

import { SinkBusy } from '../../port/log-sink.ts';
import { notBuilt, type OperationTable } from '../../wire/operation.ts';
import { createLogGroup } from './create-log-group.ts';
import { createLogStream } from './create-log-stream.ts';
import { deleteLogGroup } from './delete-log-group.ts';
import { deleteLogStream } from './delete-log-stream.ts';
import { deleteRetentionPolicy } from './delete-retention-policy.ts';
import type { LogsDeps, LogsOperation } from './deps.ts';
import { describeLogGroups } from './describe-log-groups.ts';
import { describeLogStreams } from './describe-log-streams.ts';
import { throttled } from './error.ts';
import { filterLogEvents } from './filter-log-events.ts';
import { getLogEvents } from './get-log-events.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { listTagsLogGroup } from './list-tags-log-group.ts';
import { deleteResourcePolicy } from './policy/delete-resource-policy.ts';
import { describeResourcePolicies } from './policy/describe-resource-policies.ts';
import { putResourcePolicy } from './policy/put-resource-policy.ts';
import { putLogEvents } from './put-log-events.ts';
import { putRetentionPolicy } from './put-retention-policy.ts';
import { tagLogGroup } from './tag-log-group.ts';
import { tagResource } from './tag-resource.ts';
import { untagLogGroup } from './untag-log-group.ts';
import { untagResource } from './untag-resource.ts';

/** What the sink has no room for just now, clients ask again by themselves. */
const mayWait = <Input, Output>(
  operation: LogsOperation<Input, Output>,
): LogsOperation<Input, Output> => ({
  ...operation,
  async handle(deps, input, context) {
    try {
      return await operation.handle(deps, input, context);
    } catch (error) {
      throw error instanceof SinkBusy ? throttled() : error;
    }
  },
});

/** Start-up fails if the SDK knows an operation that does not stand here. */
export const logsOperations: OperationTable<LogsDeps> = {
  CreateLogGroup: createLogGroup,
  CreateLogStream: createLogStream,
  DeleteLogGroup: mayWait(deleteLogGroup),
  DeleteLogStream: mayWait(deleteLogStream),
  DeleteResourcePolicy: deleteResourcePolicy,
  DeleteRetentionPolicy: deleteRetentionPolicy,
  DescribeLogGroups: mayWait(describeLogGroups),
  DescribeLogStreams: mayWait(describeLogStreams),
  DescribeResourcePolicies: describeResourcePolicies,
  FilterLogEvents: mayWait(filterLogEvents),
  GetLogEvents: mayWait(getLogEvents),
  ListTagsForResource: listTagsForResource,
  ListTagsLogGroup: listTagsLogGroup,
  PutLogEvents: mayWait(putLogEvents),
  PutResourcePolicy: putResourcePolicy,
  PutRetentionPolicy: putRetentionPolicy,
  TagLogGroup: tagLogGroup,
  TagResource: tagResource,
  UntagLogGroup: untagLogGroup,
  UntagResource: untagResource,

  // What batch jobs' output does not need: queries, subscriptions, deliveries, metrics, keys,
  // policies.
  AssociateKmsKey: notBuilt,
  AssociateSourceToS3TableIntegration: notBuilt,
  CancelExportTask: notBuilt,
  CancelImportTask: notBuilt,
  CreateDelivery: notBuilt,
  CreateExportTask: notBuilt,
  CreateImportTask: notBuilt,
  CreateLogAnomalyDetector: notBuilt,
  CreateLookupTable: notBuilt,
  CreateScheduledQuery: notBuilt,
  DeleteAccountPolicy: notBuilt,
  DeleteDataProtectionPolicy: notBuilt,
  DeleteDelivery: notBuilt,
  DeleteDeliveryDestination: notBuilt,
  DeleteDeliveryDestinationPolicy: notBuilt,
  DeleteDeliverySource: notBuilt,
  DeleteDestination: notBuilt,
  DeleteIndexPolicy: notBuilt,
  DeleteIntegration: notBuilt,
  DeleteLogAnomalyDetector: notBuilt,
  DeleteLookupTable: notBuilt,
  DeleteMetricFilter: notBuilt,
  DeleteQueryDefinition: notBuilt,
  DeleteScheduledQuery: notBuilt,
  DeleteSubscriptionFilter: notBuilt,
  DeleteSyslogConfiguration: notBuilt,
  DeleteTransformer: notBuilt,
  DescribeAccountPolicies: notBuilt,
  DescribeConfigurationTemplates: notBuilt,
  DescribeDeliveries: notBuilt,
  DescribeDeliveryDestinations: notBuilt,
  DescribeDeliverySources: notBuilt,
  DescribeDestinations: notBuilt,
  DescribeExportTasks: notBuilt,
  DescribeFieldIndexes: notBuilt,
  DescribeImportTaskBatches: notBuilt,
  DescribeImportTasks: notBuilt,
  DescribeIndexPolicies: notBuilt,
  DescribeLookupTables: notBuilt,
  DescribeMetricFilters: notBuilt,
  DescribeQueries: notBuilt,
  DescribeQueryDefinitions: notBuilt,
  DescribeSubscriptionFilters: notBuilt,
  DisassociateKmsKey: notBuilt,
  DisassociateSourceFromS3TableIntegration: notBuilt,
  GetDataProtectionPolicy: notBuilt,
  GetDelivery: notBuilt,
  GetDeliveryDestination: notBuilt,
  GetDeliveryDestinationPolicy: notBuilt,
  GetDeliverySource: notBuilt,
  GetIntegration: notBuilt,
  GetLogAnomalyDetector: notBuilt,
  GetLogFields: notBuilt,
  GetLogGroupFields: notBuilt,
  GetLogObject: notBuilt,
  GetLogRecord: notBuilt,
  GetLookupTable: notBuilt,
  GetQueryResults: notBuilt,
  GetScheduledQuery: notBuilt,
  GetScheduledQueryHistory: notBuilt,
  GetStorageTierPolicy: notBuilt,
  GetTransformer: notBuilt,
  ListAggregateLogGroupSummaries: notBuilt,
  ListAnomalies: notBuilt,
  ListIntegrations: notBuilt,
  ListLogAnomalyDetectors: notBuilt,
  ListLogGroups: notBuilt,
  ListLogGroupsForQuery: notBuilt,
  ListScheduledQueries: notBuilt,
  ListSourcesForS3TableIntegration: notBuilt,
  ListSyslogConfigurations: notBuilt,
  PutAccountPolicy: notBuilt,
  PutBearerTokenAuthentication: notBuilt,
  PutDataProtectionPolicy: notBuilt,
  PutDeliveryDestination: notBuilt,
  PutDeliveryDestinationPolicy: notBuilt,
  PutDeliverySource: notBuilt,
  PutDestination: notBuilt,
  PutDestinationPolicy: notBuilt,
  PutIndexPolicy: notBuilt,
  PutIntegration: notBuilt,
  PutLogGroupDeletionProtection: notBuilt,
  PutMetricFilter: notBuilt,
  PutQueryDefinition: notBuilt,
  PutStorageTierPolicy: notBuilt,
  PutSubscriptionFilter: notBuilt,
  PutSyslogConfiguration: notBuilt,
  PutTransformer: notBuilt,
  StartLiveTail: notBuilt,
  StartQuery: notBuilt,
  StopQuery: notBuilt,
  TestMetricFilter: notBuilt,
  TestTransformer: notBuilt,
  UpdateAnomaly: notBuilt,
  UpdateDeliveryConfiguration: notBuilt,
  UpdateLogAnomalyDetector: notBuilt,
  UpdateLookupTable: notBuilt,
  UpdateScheduledQuery: notBuilt,
};
