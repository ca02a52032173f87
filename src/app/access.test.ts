// Every operation of every service, AWS's and our own: it says what leave it needs, and where that
// is not given nothing of it happens, and the audit says who was refused what.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { account, context as caller } from '../../test/house/caller.ts';
import { Rig } from '../../test/house/rig.ts';
import { sampleInput } from '../../test/house/sample-input.ts';
import { sdkClient } from '../../test/house/sdk-client.ts';
import { ask } from '../../test/house/ask.ts';
import { echoPipeline } from '../../test/house/echo.ts';
import { longshorePaths } from '../service/longshore/operations.ts';
import type { Principal } from '../base/principal.ts';
import { scriptedSealer } from '../../test/house/scripted-sealer.ts';
import { iamScope, type IamDeps } from '../service/iam/deps.ts';
import { policyAuthorizer } from '../service/iam/identity/authorizer.ts';
import { createUser } from '../service/iam/user/create-user.ts';
import { putUserPolicy } from '../service/iam/user/put-user-policy.ts';
import type { AuditRecord } from '../wire/audit.ts';
import type { Authorizer } from '../wire/authorization.ts';
import { notBuilt, type Access, type Operation } from '../wire/operation.ts';
import type { Pipeline } from '../wire/pipeline.ts';
import { operationsOf, type OperationSchema } from '../wire/schema.ts';
import type { AnyAwsService, AnyService } from '../wire/service.ts';

/** Nobody needs leave for these (service authorization reference). */
const needNoLeave: ReadonlySet<string> = new Set([
  'sts:GetCallerIdentity',
  'sts:GetSessionToken',
  'sts:AssumeRoleWithWebIdentity',
]);

/** These a role that is there must allow as well. */
const needTrust: ReadonlySet<string> = new Set(['sts:AssumeRole']);

/** Turns away whoever asks for anything, and later than at once. */
const nobody: Authorizer = {
  async authorize({ access, context, dialect }) {
    await new Promise(setImmediate);
    if (access.length > 0)
      throw dialect.denied(`${context.principal.arn} may not ${access[0]?.action}`);
  },
};

/** One request for an operation; the error that came back has the name of AWS's. */
interface Request {
  readonly what: string;
  send(pipeline: Pipeline): Promise<unknown>;
}

interface Walked {
  readonly service: AnyService;
  readonly operation: string;
  readonly requests: readonly Request[];
}

const { services } = new Rig().app;

async function walk(service: AnyService): Promise<Walked[]> {
  const built = Object.keys(service.operations).filter(
    (name) => service.operations[name] !== notBuilt,
  );
  const requestsOf =
    'schemas' in service ? await awsRequests(service) : (name: string) => [ownRequest(name)];
  return built.map((operation) => ({ service, operation, requests: requestsOf(operation) }));
}

/** With as little as a request may say, with empty lists, and with all that it may say. */
async function awsRequests({ schemas }: AnyAwsService): Promise<(name: string) => Request[]> {
  const module = (typeof schemas === 'function' ? await schemas() : schemas) as Readonly<
    Record<string, new (input: object) => unknown>
  >;
  const client = Object.keys(module).find((name) => /^[A-Z]\w*Client$/.test(name)) ?? '';
  const known = operationsOf(module);
  return (name) => {
    const { input } = known.get(name) as OperationSchema;
    return (['least', 'empty', 'most'] as const).map((how) => ({
      what: how,
      send: (pipeline) => {
        const Command = module[`${name}Command`] as new (given: object) => unknown;
        // To a global endpoint the client sends nothing without a library that is not here.
        const { EndpointId: none, ...given } = sampleInput(input, how) as Record<string, unknown>;
        void none;
        return sdkClient(module, client, pipeline).send(new Command(given));
      },
    }));
  };
}

function ownRequest(name: string): Request {
  const own = longshorePaths.find((one) => one.name === name);
  assert.ok(own);
  const path = own.path.source
    .replace(/^\^|\$$/g, '')
    .replaceAll(/\(\?<\w+>[^)]*\)/g, 'name')
    .replaceAll('\\/', '/');
  return {
    what: path,
    async send(pipeline) {
      const { status, body } = await ask(pipeline, {
        method: own.method,
        path,
        query: '',
        headers: {},
        rawHeaders: [],
        sourceAddress: '10.0.0.1',
      });
      if (status !== 200)
        throw Object.assign(new Error(body), { name: (JSON.parse(body) as { code: string }).code });
    },
  };
}

/** The service, whose operations only tell that they were invoked. */
function disarmed(service: AnyService, invoked: string[]): AnyService {
  return {
    ...service,
    operations: Object.fromEntries(
      Object.entries(service.operations).map(([name, operation]) => [
        name,
        operation === notBuilt
          ? notBuilt
          : ({
              authorizes: operation.authorizes.bind(operation),
              handle: () => void invoked.push(name),
            } satisfies Operation<unknown, unknown, unknown>),
      ]),
    ),
  } as AnyService;
}

/** Some protocols cannot carry an empty list: it is missing, where it is required. */
const isUnread = (what: string, { input, status }: AuditRecord): boolean =>
  what === 'empty' && input === undefined && status === 400;

/** By the user of the test, as things are now. */
function somebody(rig: Rig): Principal {
  const user = rig.depsOf<IamDeps>('iam').space.current(iamScope(caller)).get('user', 'somebody');
  return {
    kind: 'user',
    account,
    arn: `arn:aws:iam::${account}:user/somebody`,
    userId: user?.id ?? '',
    accessKeyId: 'AKIASOMEBODY',
  };
}

/** An instance profile that is not there hands over no role. */
const isAsked = (action: string, access: readonly Access[]): boolean =>
  action !== 'iam:PassRole' ||
  access.some(
    (each) =>
      each.action === action && each.resources.some((arn) => !arn.includes(':instance-profile/')),
  );

for (const service of services) {
  describe(`access to ${service.name}`, () => {
    let walked: Walked[] = [];
    before(async () => {
      walked = await walk(service);
      assert.ok(walked.length > 0);
    });

    it('is declared by every operation, whatever a request leaves out', async () => {
      const { pipeline, audited } = echoPipeline([disarmed(service, [])]);
      for (const { operation, requests } of walked)
        for (const { what, send } of requests) {
          audited.length = 0;
          const failure: unknown = await send(pipeline).then(
            () => undefined,
            (error: unknown) => error,
          );
          const [record] = audited as [AuditRecord];
          const of = `${operation}, ${what}`;
          if (isUnread(what, record)) continue;
          assert.equal(failure, undefined, of);
          if (needNoLeave.has(`${service.name}:${operation}`)) {
            assert.deepEqual(record.access, [], of);
            continue;
          }
          assert.ok(record.access.length > 0, `${of} needs no leave`);
          for (const { action, resources, conditions } of record.access) {
            assert.match(action, /^[a-z0-9]+:[A-Z]\w+$/, of);
            assert.ok(resources.length > 0, `${of} needs leave for nothing`);
            for (const resource of resources) assert.match(resource, /^(\*$|arn:aws:|name$)/, of);
            for (const [key, value] of Object.entries(conditions?.() ?? {})) {
              assert.match(key, /^[a-z0-9]+:[\w.-]+(\/.+)?$/, of);
              for (const each of [value].flat()) assert.equal(typeof each, 'string', of);
            }
          }
        }
    });

    it('is refused to who has no leave: nothing is invoked, and the audit says of what', async () => {
      const invoked: string[] = [];
      const { pipeline, audited, faults } = echoPipeline([disarmed(service, invoked)], {
        authorizer: nobody,
      });
      for (const { operation, requests } of walked) {
        if (needNoLeave.has(`${service.name}:${operation}`)) continue;
        for (const { what, send } of requests) {
          audited.length = 0;
          await assert.rejects(send(pipeline), `${operation}, ${what}`);
          assert.equal(audited.length, 1);
          const [record] = audited as [AuditRecord];
          if (isUnread(what, record)) continue;
          const denied = service.dialect.denied('');
          assert.deepEqual(
            [record.service, record.operation, record.status, record.error?.name],
            [service.name, operation, denied.status, denied.name],
            `${what}: ${record.error?.message}`,
          );
          assert.equal(record.context?.principal.account, account);
          assert.equal(record.context?.operation, operation);
          assert.notEqual(record.input, undefined);
          assert.ok(record.access[0]?.action);
          assert.ok(record.access[0].resources[0]);
          assert.equal(record.output, undefined);
        }
      }
      assert.deepEqual(invoked, []);
      assert.deepEqual(faults, []);
    });

    it('is given by leave for its actions, and by leave for all others it is not', async () => {
      const rig = await Rig.bare();
      await rig.call(createUser, { UserName: 'somebody' });
      const { space } = rig.depsOf<IamDeps>('iam');
      const invoked: string[] = [];
      const { pipeline, audited } = echoPipeline([disarmed(service, invoked)], {
        authenticator: { authenticate: () => somebody(rig) },
        authorizer: policyAuthorizer({
          iam: space,
          policies: rig.app.identity.policies,
          sealer: scriptedSealer(),
          clock: rig.clock,
        }),
      });
      const answered = async (send: Request['send'], statement: object): Promise<string> => {
        await rig.call(putUserPolicy, {
          UserName: 'somebody',
          PolicyName: 'p',
          PolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Resource: '*', ...statement }],
          }),
        });
        audited.length = 0;
        invoked.length = 0;
        await send(pipeline).catch(() => undefined);
        return invoked.length > 0 ? 'invoked' : (audited[0]?.error?.name ?? 'not heard');
      };
      const denied = service.dialect.denied('').name;
      for (const { operation, requests } of walked) {
        const name = `${service.name}:${operation}`;
        if (needNoLeave.has(name) || needTrust.has(name)) continue;
        // With all that a request may say it asks for all that it ever asks for.
        for (const { what, send } of requests.slice(-1)) {
          const of = `${operation}, ${what}`;
          assert.notEqual(await answered(send, { Action: 'none:None' }), 'invoked', of);
          const [{ access, input }] = audited as [AuditRecord];
          if (input === undefined) continue;
          assert.equal(audited[0]?.error?.name, denied, of);
          const actions = [...new Set(access.map(({ action }) => action))];
          assert.equal(await answered(send, { Action: actions }), 'invoked', of);
          for (const action of actions)
            if (isAsked(action, access))
              assert.equal(await answered(send, { NotAction: action }), denied, `${of}: ${action}`);
        }
      }
    });
  });
}
