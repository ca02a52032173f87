// CloudWatch Logs, as the server offers it: what its operations work with, and how requests name
// them.

import * as logs from '@aws-sdk/client-cloudwatch-logs';
import { groupOfArn } from '../../service/logs/arn.ts';
import type { LogsDeps } from '../../service/logs/deps.ts';
import { logsOperations } from '../../service/logs/operations.ts';
import { policyOf as logPolicyOf } from '../../service/logs/policy/policy.ts';
import { parameterDialect } from '../../wire/error-catalogue.ts';
import { jsonRpc } from '../../wire/json-rpc.ts';
import type { AwsService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

export const logsOf = (
  { bus, reader, logSink, clock, logPolicies }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): AwsService<LogsDeps> => ({
  name: 'logs',
  schemas: logs,
  protocol: jsonRpc,
  signingName: 'logs',
  targetPrefix: 'Logs_20140328',
  operations: logsOperations,
  deps: { bus, reader: reader.logs, sink: logSink, clock, space: logPolicies },
  dialect: parameterDialect,
  maxBodyBytes,
  tagsOf(deps, arn, { scope }) {
    const group = groupOfArn(scope, arn.replace(/:log-stream:$/, ''));
    return group === undefined ? undefined : deps.reader.logGroup(scope, group)?.tags;
  },
  policyOf: logPolicyOf,
});
