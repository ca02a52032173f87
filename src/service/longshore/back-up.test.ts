// Who may take everything away: not the other accounts of a server that knows its callers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../../../test/house/ask.ts';
import { account } from '../../../test/house/caller.ts';
import { CheckedServer } from '../../../test/house/checked-server.ts';
import { sign } from '../../../test/house/signed.ts';
import { Hidden } from '../../base/hidden.ts';

test('a backup of all accounts is for the server’s own account alone', async () => {
  const { rig } = await CheckedServer.open();
  const asRootOf = async (owner: string) => {
    const { accessKeyId, secretAccessKey } = await rig.settled(
      rig.app.rootKeys.replace({ account: owner, region: 'eu-west-1' }, { part: 'test' }),
    );
    const head = sign(
      { method: 'POST', target: '/_longshore/backup', headers: ['Host', 'localhost'] },
      '',
      {
        accessKeyId,
        secret: new Hidden(secretAccessKey),
        region: 'eu-west-1',
        service: 'longshore',
        nowMs: rig.clock.now(),
      },
    );
    const answer = await rig.answered(ask(rig.app.pipeline, head));
    return [answer.status, String(answer.body)] as const;
  };
  const [own, said] = await asRootOf(account);
  assert.equal(own, 400);
  assert.match(said, /keeps nothing that could be backed up/);
  const [others, why] = await asRootOf('999999999999');
  assert.equal(others, 403);
  assert.match(why, /AccessDenied/);
});
