// Every operation of AWS's services that is built against what the service authorization reference
// says of it: actions, types of resources, condition keys. Where one deviates, the reference's data
// says so and why, and it deviates in nothing else.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { batch } from '../../test/house/authorization/batch.ts';
import { cloudtrail } from '../../test/house/authorization/cloudtrail.ts';
import { ec2 } from '../../test/house/authorization/ec2.ts';
import { ecs } from '../../test/house/authorization/ecs.ts';
import { eks } from '../../test/house/authorization/eks.ts';
import { iam } from '../../test/house/authorization/iam.ts';
import { logs } from '../../test/house/authorization/logs.ts';
import { words, type Reference } from '../../test/house/authorization/reference.ts';
import { scheduler } from '../../test/house/authorization/scheduler.ts';
import { secretsmanager } from '../../test/house/authorization/secretsmanager.ts';
import { events } from '../../test/house/authorization/events.ts';
import { sns } from '../../test/house/authorization/sns.ts';
import { ssm } from '../../test/house/authorization/ssm.ts';
import { sts } from '../../test/house/authorization/sts.ts';
import { context as ofRoot } from '../../test/house/caller.ts';
import { Rig } from '../../test/house/rig.ts';
import { sampleInput } from '../../test/house/sample-input.ts';
import { longshoreOperations } from '../service/longshore/operations.ts';
import { notBuilt, type Access, type RequestContext } from '../wire/operation.ts';
import { operationsOf, type OperationSchema } from '../wire/schema.ts';
import type { AnyAwsService } from '../wire/service.ts';

const references: Readonly<Record<string, Reference>> = {
  batch,
  cloudtrail,
  ec2,
  ecs,
  eks,
  iam,
  logs,
  scheduler,
  secretsmanager,
  sns,
  ssm,
  events,
  sts,
};

/** A user: some operations of IAM are on whoever asks. */
const context: RequestContext = {
  ...ofRoot,
  principal: { ...ofRoot.principal, kind: 'user', arn: 'arn:aws:iam::123456789012:user/u' },
};

const patternOf = (arn: string): RegExp =>
  new RegExp(`^${arn.replaceAll(/[.+/]/g, '\\$&').replaceAll('*', '.*')}$`);

/** `aws:RequestTag/team` is told of as `aws:RequestTag`. */
const keysOf = (access: Access): string[] =>
  Object.keys(access.conditions?.() ?? {}).map((key) => key.split('/')[0] ?? '');

const typesOf = ({ types }: Reference, names: readonly string[], arn: string): string[] =>
  names.filter((name) => patternOf(types[name] ?? '').test(arn));

/** How an operation's requests, all taken together, differ from what is documented. */
function deviations(service: string, operation: string, requests: readonly Access[][]): string[] {
  const own = references[service] as Reference;
  const documented = new Set(words(own.operations?.[operation] ?? `${service}:${operation}`));
  const found: string[] = [];
  const asked = new Map<string, Access[]>();
  for (const access of requests.flat())
    asked.set(access.action, [...(asked.get(access.action) ?? []), access]);
  for (const action of documented) {
    if (!asked.has(action)) found.push(`${operation} never asks for ${action}`);
  }
  for (const [action, accesses] of asked) {
    const [of = '', name = ''] = action.split(':');
    const reference = references[of];
    const known = documented.has(action) ? reference?.actions[name] : undefined;
    if (reference === undefined || known === undefined) {
      found.push(`${operation} asks for ${action}`);
      continue;
    }
    const names = known.types.map((type) => type.name);
    const resources = new Set(accesses.flatMap((access) => access.resources));
    for (const arn of resources) {
      const isDocumented =
        names.length === 0 ? arn === '*' : typesOf(reference, names, arn).length > 0;
      if (!isDocumented) found.push(`${operation}: ${action} on ${kindOf(arn)}`);
    }
    for (const type of known.types) {
      const there = [...resources].some((arn) => typesOf(reference, [type.name], arn).length > 0);
      if (type.isRequired && !there) found.push(`${operation}: ${action} on no ${type.name}`);
    }
    const told = new Set(accesses.flatMap(keysOf));
    for (const key of told) {
      if (!known.keys.includes(key)) found.push(`${operation}: ${action} with ${key}`);
    }
    for (const key of known.keys) {
      if (!told.has(key)) found.push(`${operation}: ${action} without ${key}`);
    }
  }
  return found;
}

const kindOf = (arn: string): string =>
  arn === '*' ? '*' : (arn.split(':').slice(5).join(':').split(/[:/]/, 1)[0] ?? arn);

/** Role ARNs, in whatever service they are named. */
const roles = Object.fromEntries(
  ['jobRoleArn', 'executionRoleArn', 'taskRoleArn', 'infrastructureRoleArn', 'serviceRole'].map(
    (member) => [member, 'arn:aws:iam::123456789012:role/r'],
  ),
);

async function requestsOf({
  name: service,
  schemas,
  operations,
}: AnyAwsService): Promise<(operation: string) => Access[][]> {
  const module = typeof schemas === 'function' ? await schemas() : schemas;
  const known = operationsOf(module);
  return (name) => {
    const operation = operations[name];
    assert.ok(operation !== undefined && operation !== notBuilt);
    const { input } = known.get(name) as OperationSchema;
    const members = { ...roles, ...references[service]?.members };
    return (['least', 'most'] as const).map((how) => [
      ...operation.authorizes(sampleInput(input, how, { depth: 7, members }) as never, context),
    ]);
  };
}

for (const service of new Rig().app.services) {
  if (!('schemas' in service)) continue;
  describe(`leave for ${service.name}`, () => {
    const reference = references[service.name] as Reference;
    it('is asked for as the service authorization reference names it', async () => {
      assert.ok(reference, `no reference under test/house/authorization for ${service.name}`);
      const requests = await requestsOf(service);
      const built = Object.keys(service.operations).filter(
        (name) => service.operations[name] !== notBuilt,
      );
      const found = built.flatMap((name) => deviations(service.name, name, requests(name)));
      const known = Object.keys(reference.deviations).map((one) => [one, patternOf(one)] as const);
      assert.deepEqual(
        found.filter((one) => !known.some(([, pattern]) => pattern.test(one))),
        [],
        'these are told of nowhere',
      );
      assert.deepEqual(
        known.flatMap(([one, pattern]) => (found.some((each) => pattern.test(each)) ? [] : [one])),
        [],
        'these are not so any more',
      );
    });
  });
}

it('what operations of our own ask for is what doc/actions.md says', () => {
  const page = readFileSync(new URL('../../doc/actions.md', import.meta.url), 'utf8');
  const rows = Object.entries(longshoreOperations).map(([name, operation]) => {
    assert.ok(operation !== notBuilt);
    const input = { instanceId: 'id', hostId: 'id', imageId: 'id', jobId: 'id' };
    const [access, ...others] = operation.authorizes(input, context);
    assert.ok(access);
    assert.deepEqual(others, []);
    const [resource = ''] = access.resources;
    return `| ${name} | \`${access.action}\` | \`${resource.replace(/^arn:.*123456789012:/, '')}\` |`;
  });
  const [, table = ''] = page.split('| operation | action | resource |');
  assert.deepEqual(table.match(/^\| [A-Z].*$/gm)?.toSorted(), rows.toSorted());
});
