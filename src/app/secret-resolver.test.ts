// What a container gets of secrets, and in which words it is told what it cannot have: by a table,
// over a source and a role that do what they are told.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Hidden } from '../base/hidden.ts';
import { scopeOf } from '../base/ids.ts';
import type { RoleAct } from '../port/role-access.ts';
import type { SecretSource, SecretsWanted } from '../port/secrets.ts';
import { secretResolver } from './secret-resolver.ts';

const account = '123456789012';
const scope = scopeOf(account, 'eu-west-1');
const secret = `arn:aws:secretsmanager:eu-west-1:${account}:secret:db-AbCdEf`;
const role = `arn:aws:iam::${account}:role/execution`;
const begin =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ';

interface World {
  readonly secrets?: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly isAssumable?: boolean;
  /** What the role may not. */
  readonly denies?: (act: RoleAct) => boolean;
}

function resolverOf({ secrets = {}, parameters = {}, isAssumable = true, denies }: World) {
  const acts: RoleAct[] = [];
  const asked: unknown[] = [];
  const source: SecretSource = {
    secretArn: async (_scope, id) => (id.startsWith('arn:') ? id : secret.replace('db', id)),
    secret: async (of, wanted) => {
      asked.push([of, wanted]);
      const text = secrets[wanted.id];
      return text === undefined
        ? { error: "ResourceNotFoundException: Secrets Manager can't find the specified secret." }
        : new Hidden(text);
    },
    parameters: async (of, names) => {
      asked.push([of, names]);
      return new Map(
        names.flatMap((name) => {
          const text = parameters[name];
          return text === undefined ? [] : [[name, new Hidden(text)] as const];
        }),
      );
    },
  };
  const resolver = secretResolver({
    source,
    access: {
      mayBeAssumed: async () => isAssumable,
      denial: async (act) => {
        acts.push(act);
        return denies?.(act) === true
          ? `User: x is not authorized to perform: ${act.action}`
          : undefined;
      },
    },
  });
  const resolve = async (more: Partial<SecretsWanted>) => {
    const found = await resolver.resolve({
      scope,
      executionRole: role,
      session: 'a1',
      valuesFrom: [],
      ...more,
    });
    if ('failure' in found) return found.failure;
    return {
      values: Object.fromEntries(
        [...found.values].map(([from, value]) => [from, value.reveal()] as const),
      ),
      ...(found.login && {
        login: [found.login.username.reveal(), found.login.password.reveal()],
      }),
    };
  };
  const failure = async (more: Partial<SecretsWanted>): Promise<string> => {
    const found = await resolve(more);
    assert.equal(typeof found, 'string');
    return found as string;
  };
  return { resolve, failure, acts, asked };
}

describe('what is found', () => {
  it('is the text of secrets and parameters, each read once', async () => {
    const { resolve, asked } = resolverOf({
      secrets: { [secret]: '{"password":"hush","port":5432,"more":{"a":[1]}}' },
      parameters: { '/app/host': 'db.lab' },
    });
    const { values } = (await resolve({
      valuesFrom: [
        secret,
        secret,
        `${secret}:password::`,
        `${secret}:port::`,
        `${secret}:more::`,
        '/app/host',
      ],
    })) as { values: object };
    assert.deepEqual(values, {
      [secret]: '{"password":"hush","port":5432,"more":{"a":[1]}}',
      [`${secret}:password::`]: 'hush',
      [`${secret}:port::`]: '5432',
      [`${secret}:more::`]: '{"a":[1]}',
      '/app/host': 'db.lab',
    });
    assert.equal(asked.length, 5);
  });

  it('is asked of the region that an ARN names, ten parameters at a time', async () => {
    const names = Array.from({ length: 11 }, (_none, at) => `/p/${at}`);
    const far = `arn:aws:ssm:us-east-1:${account}:parameter/p`;
    const { resolve, asked } = resolverOf({
      parameters: Object.fromEntries([...names, far].map((name) => [name, 'x'])),
    });
    await resolve({ valuesFrom: [...names, far] });
    assert.deepEqual(asked, [
      [scope, names.slice(0, 10)],
      [scope, names.slice(10)],
      [scopeOf(account, 'us-east-1'), [far]],
    ]);
  });

  it('is a version by its label or id', async () => {
    const { resolve, asked } = resolverOf({ secrets: { [secret]: 'x' } });
    await resolve({ valuesFrom: [`${secret}::AWSPREVIOUS:`, `${secret}:::v1`] });
    assert.deepEqual(asked, [
      [scope, { id: secret, stage: 'AWSPREVIOUS', versionId: undefined }],
      [scope, { id: secret, stage: undefined, versionId: 'v1' }],
    ]);
  });

  it('is the login of a registry', async () => {
    const { resolve } = resolverOf({ secrets: { hub: '{"username":"me","password":"hush"}' } });
    assert.deepEqual(await resolve({ credentialsParameter: 'hub' }), {
      values: {},
      login: ['me', 'hush'],
    });
  });
});

describe('the role', () => {
  it('is asked for each, by the names that policies know', async () => {
    const { resolve, acts } = resolverOf({
      secrets: { [secret]: 'x', hub: '{}' },
      parameters: { p: 'x' },
    });
    await resolve({ valuesFrom: [`${secret}::AWSCURRENT:`, 'p'], executionRole: 'execution' });
    assert.deepEqual(
      acts.map(({ roleArn, session, action, resource, conditions }) => [
        roleArn,
        session,
        action,
        resource,
        conditions,
      ]),
      [
        [
          role,
          'a1',
          'secretsmanager:GetSecretValue',
          secret,
          { 'secretsmanager:SecretId': secret, 'secretsmanager:VersionStage': 'AWSCURRENT' },
        ],
        [
          role,
          'a1',
          'ssm:GetParameters',
          `arn:aws:ssm:eu-west-1:${account}:parameter/p`,
          undefined,
        ],
      ],
    );
  });

  it('that may not read gets nothing, and nothing is read', async () => {
    const { resolve, asked } = resolverOf({
      secrets: { [secret]: 'hush' },
      denies: ({ action }) => action === 'secretsmanager:GetSecretValue',
    });
    assert.equal(
      await resolve({ valuesFrom: [secret] }),
      `${begin}unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ${secret} from secrets manager: AccessDeniedException: User: x is not authorized to perform: secretsmanager:GetSecretValue`,
    );
    assert.deepEqual(asked, []);
  });

  it('of one account reads nothing of another, whatever its policies say', async () => {
    const other = secret.replace(account, '210987654321');
    const { failure, asked, acts } = resolverOf({ secrets: { [other]: 'hush' } });
    assert.match(
      await failure({ valuesFrom: [other] }),
      /AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role\/execution\/a1 is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:\S+ because no resource-based policy allows the secretsmanager:GetSecretValue action$/,
    );
    assert.deepEqual([asked, acts], [[], []]);
  });
});

describe('what cannot be had fails in ECS’s words', () => {
  const asm = `${begin}unable to retrieve secret from asm: service call has been retried 1 time(s): `;
  const ssm = `${begin}unable to retrieve secrets from ssm: service call has been retried 1 time(s): `;
  const world: World = { secrets: { [secret]: '{"a":"b"}', text: 'hush {' } };
  for (const [what, wanted, expected] of [
    [
      'a secret that is not there',
      { valuesFrom: [`${secret}x`] },
      `${asm}failed to fetch secret ${secret}x from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
    ],
    [
      'a JSON key that is not there',
      { valuesFrom: [`${secret}:password::`] },
      `${asm}retrieved secret from Secrets Manager did not contain json key password`,
    ],
    [
      'a JSON key that every object has',
      { valuesFrom: [`${secret}:constructor::`] },
      `${asm}retrieved secret from Secrets Manager did not contain json key constructor`,
    ],
    [
      'parameters that are not there',
      { valuesFrom: ['/a', '/b'] },
      `${ssm}invalid ssm parameters: /a, /b`,
    ],
    [
      'what is no ARN of a secret',
      { valuesFrom: ['arn:aws:s3:::x'] },
      `${begin}unable to retrieve secret from asm: trying to retrieve secret with value arn:aws:s3:::x resulted in error: an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again.`,
    ],
    [
      'a login that is none',
      { credentialsParameter: 'text' },
      `${begin}unable to get registry auth from asm: service call has been retried 1 time(s): the secret text is not a JSON object with a username and a password`,
    ],
    [
      'a login that is not there',
      { credentialsParameter: 'none' },
      `${begin}unable to get registry auth from asm: service call has been retried 1 time(s): asm fetching secret from the service for none: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
    ],
    [
      'no role',
      { executionRole: undefined, valuesFrom: [secret] },
      `${begin}the job definition has no executionRoleArn to read them with`,
    ],
  ] as const)
    it(what, async () => {
      const failure = await resolverOf(world).resolve(wanted);
      assert.equal(failure, expected);
    });

  it('a role that is not there, or that ECS may not assume', async () => {
    const { failure, asked } = resolverOf({ ...world, isAssumable: false });
    assert.match(
      await failure({ valuesFrom: [secret] }),
      /^ECS was unable to assume the role 'arn:aws:iam::123456789012:role\/execution' that was provided for this task\./,
    );
    assert.deepEqual(asked, []);
  });

  it('a value that no variable can hold, which is not told', async () => {
    const { failure } = resolverOf({ parameters: { p: 'hush\0hush' } });
    const said = await failure({ valuesFrom: ['p'] });
    assert.match(said, /the value from p holds a NUL/);
    assert.ok(!said.includes('hush'));
  });
});
