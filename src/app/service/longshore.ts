// Our own operations, as the server offers them: what they work with, and at which paths.

import type { LongshoreDeps } from '../../service/longshore/deps.ts';
import { longshoreOperations, longshorePaths } from '../../service/longshore/operations.ts';
import { longshoreDialect, longshoreProtocol } from '../../service/longshore/paths.ts';
import type { PathService } from '../../wire/service.ts';
import type { MaxBodyBytes, ServiceParts } from './service-parts.ts';

export const longshoreOf = (
  {
    backUp,
    bus,
    reader,
    journal,
    jobSessions: sessions,
    clock,
    hosts,
    ec2,
    settings,
    jobRoles,
    isVerifying,
    account,
  }: ServiceParts,
  maxBodyBytes: MaxBodyBytes,
): PathService<LongshoreDeps> => ({
  name: 'longshore',
  protocol: longshoreProtocol(longshorePaths),
  operations: longshoreOperations,
  deps: {
    backUp,
    bus,
    reader,
    journal,
    sessions,
    clock,
    hosts,
    ec2,
    instanceTypes: settings.instanceTypes,
    lackOf: (attemptId) => jobRoles.lackOf(attemptId),
    ownAccount: isVerifying ? account : undefined,
  },
  dialect: longshoreDialect,
  maxBodyBytes,
});
