// BackUp: everything that the server keeps, streamed to the caller, who writes it where it wants;
// no path of the caller's reaches this machine's disk.

import { StreamedOutput } from '../../wire/answer.ts';
import { AwsError } from '../../wire/aws-error.ts';
import type { Operation } from '../../wire/operation.ts';
import { denied } from '../../wire/error-catalogue.ts';
import { onAll } from '../access.ts';
import type { LongshoreDeps } from './deps.ts';

export const backUp: Operation<LongshoreDeps, { readonly logs?: string }, StreamedOutput> = {
  authorizes: () => onAll('longshore:BackUp'),

  async handle({ backUp: make, ownAccount }, { logs = 'true' }, { account }) {
    // It holds all accounts: leave that one of them gives is leave for its own things.
    if (ownAccount !== undefined && account !== ownAccount)
      throw denied(`Only account ${ownAccount}, this server's own, can have a backup of it`);
    if (logs !== 'true' && logs !== 'false')
      throw new AwsError('ClientException', 400, 'logs must be true or false');
    if (make === undefined)
      throw new AwsError(
        'ClientException',
        400,
        'This server keeps nothing that could be backed up',
      );
    return new StreamedOutput('application/x-tar', await make({ logs: logs === 'true' }));
  },
};
