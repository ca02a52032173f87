// EventBridge through the AWS CLI against the real program: the commands of doc/events.md, an
// archive that keeps what happens to a job and of what others send, and a replay of it that goes on
// after the server was killed. Secrets of connections stand nowhere in its files.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsCli } from './aws-cli.ts';
import { holding } from './holding.ts';
import { requirement } from './requirement.ts';
import { account, region, TestServer } from './server.ts';
import { until } from './until.ts';

const own = `arn:aws:events:${region}:${account}`;
const secret = 'hush-hush-of-the-docks';

test(
  'the AWS CLI sets up rules, keeps events and has them replayed',
  { skip: requirement('awscli').skip },
  async () => {
    await using server = await TestServer.start('fake');
    const cli = new AwsCli(server);
    const json = async (text: Promise<string>) => JSON.parse(await text) as Record<string, unknown>;

    const pattern = '{"source": ["aws.batch"], "detail": {"status": ["FAILED"]}}';
    assert.deepEqual(
      await json(cli.text`events put-rule --name failed --event-pattern ${pattern}`),
      { RuleArn: `${own}:rule/failed` },
    );
    const target = `Id=1,Arn=arn:aws:sns:${region}:${account}:alarms`;
    const put = await json(cli.text`events put-targets --rule failed --targets ${target}`);
    assert.equal(put['FailedEntryCount'], 0);
    const { code, stderr } = await cli.run`events delete-rule --name failed`;
    assert.equal(code, 254);
    assert.match(stderr, /\(ValidationException\) .*Rule can't be deleted since it has targets\./);

    // Not what happens to queues and environments, of which some comes later.
    const ofJobs = '{"detail-type": ["Batch Job State Change", "Order"]}';
    await cli.text`events create-archive --archive-name week --retention-days 7 --event-source-arn ${own}:event-bus/default --event-pattern ${ofJobs}`;
    const entry = JSON.stringify([{ Source: 'my.app', DetailType: 'Order', Detail: '{"id": 7}' }]);
    await cli.text`events put-events --entries ${entry}`;
    await server.prepare();
    await server.submit(await server.register('d', { command: ['true'] }));
    const kept = async () =>
      (await json(cli.text`events describe-archive --archive-name week`))['EventCount'] as number;
    // RUNNABLE, STARTING, RUNNING and SUCCEEDED, and the order.
    const all = 5;
    await until('the job to be kept', async () => (await kept()) === all);

    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const early = new Date(Date.now() - 3_600_000).toISOString();
    await cli.text`events start-replay --replay-name again --event-source-arn ${own}:archive/week --event-start-time ${early} --event-end-time ${soon} --destination Arn=${own}:event-bus/default`;
    await server.kill('SIGKILL');
    await server.restart();
    const again = await until('the replay to end', async () => {
      const replay = await json(cli.text`events describe-replay --replay-name again`);
      return replay['State'] === 'COMPLETED' && replay;
    });
    assert.ok(again['EventLastReplayedTime'] !== undefined);
    assert.equal(await kept(), all);

    const parameters = `BasicAuthParameters={Username=ann,Password=${secret}}`;
    await cli.text`events create-connection --name c --authorization-type BASIC --auth-parameters ${parameters}`;
    const shown = await cli.text`events describe-connection --name c`;
    assert.match(shown, /"Username": "ann"/);
    assert.ok(!shown.includes(secret));
    assert.deepEqual(holding(server.dataDir, secret), []);
  },
);
