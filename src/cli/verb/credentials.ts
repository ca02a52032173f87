// `longshore credentials`: access keys of the account's users: lists them, makes one, revokes one.
// A secret is shown once, when it is made, or written to a profile and not shown at all.

import { profileName, writeProfile } from '../aws-profile.ts';
import { UsageError } from '../failure.ts';
import { tableText } from '../render/table.ts';
import type { Session } from '../session.ts';
import { defineVerb } from './verb.ts';

const actions = ['list', 'create', 'revoke'] as const;

interface Wanted {
  readonly user?: string | undefined;
  readonly policy: readonly string[];
  readonly profile?: string | undefined;
}

export const credentials = defineVerb({
  name: 'credentials',
  summary: 'list, make and revoke access keys of users (with --auth on)',
  usage: 'list | create --user NAME [--policy ARN]… [--profile NAME] | revoke KEY',
  about:
    'create makes the user too where there is none of the name. A user may do what policies say, and nothing at first; groups, roles and policies of your own are made with `aws iam`. The secret of a key is shown once.',
  flags: {
    user: { type: 'string', value: 'NAME', help: 'the user whose keys are meant' },
    policy: {
      type: 'string',
      multiple: true,
      value: 'ARN',
      help: 'a managed policy to attach to the user; may be given several times',
    },
    profile: {
      type: 'string',
      value: 'NAME',
      help: "writes the key to this profile of AWS's configuration, and shows no secret",
    },
  },
  examples: [
    'longshore credentials create --user alice --policy arn:aws:iam::aws:policy/AWSBatchFullAccess',
    'longshore credentials list',
    'longshore credentials revoke AKIA…',
  ],
  operands: { name: actions.join(', ').replace(/, (?=\w+$)/, ' or '), least: 1, most: 2 },
  run({ session, values, operands: [action, key] }) {
    const { user, policy, profile } = values;
    if (action !== 'create' && (policy.length > 0 || profile !== undefined))
      throw new UsageError('--policy and --profile are for credentials create alone');
    if (action === 'revoke') {
      if (key === undefined) throw new UsageError('which key? credentials revoke AKIA…');
      return revoke(session, key);
    }
    if (key !== undefined) throw new UsageError(`unexpected argument '${key}'`);
    if (action === 'list') return list(session, user);
    if (action === 'create') return create(session, { user, policy, profile });
    throw new UsageError(`'${action}' is none of ${actions.join(', ')}`);
  },
});

async function list(session: Session, user: string | undefined): Promise<number> {
  const keys = await (await session.identities()).keys(user);
  if (session.settings.json) session.printJson({ accessKeys: keys });
  else if (keys.length === 0) session.io.err('No access keys.\n');
  else
    session.io.out(
      tableText(
        [
          { title: 'KEY' },
          { title: 'USER', mayBeCut: true },
          { title: 'STATUS' },
          { title: 'SINCE' },
        ],
        keys.map((key) => [
          key.accessKeyId,
          key.user ?? '(root)',
          key.status,
          key.createdAt?.toISOString().slice(0, 10) ?? '',
        ]),
        session.io.outIsTty ? session.io.columns : undefined,
      ),
    );
  return 0;
}

async function create(session: Session, { user, policy, profile }: Wanted): Promise<number> {
  if (user === undefined) throw new UsageError('whose? credentials create --user NAME');
  const name = profile === undefined ? undefined : profileName(profile);
  const api = await session.identities();
  const isNew = await api.createUser(user);
  for (const arn of policy) await api.attachPolicy(user, arn);
  const key = await api.createKey(user);
  const { io, settings } = session;
  if (name !== undefined) {
    const files = writeProfile(
      {
        name,
        endpoint: settings.endpoint,
        region: settings.region,
        credentials: key,
      },
      io.env,
    );
    io.err(`Wrote the profile ${name} to ${files.join(' and ')}: AWS_PROFILE=${name}\n`);
  }
  if (settings.json)
    session.printJson({
      user,
      accessKeyId: key.accessKeyId,
      ...(name === undefined ? { secretAccessKey: key.secretAccessKey } : { profile: name }),
    });
  else {
    io.out(`AWS_ACCESS_KEY_ID=${key.accessKeyId}\n`);
    if (name === undefined) io.out(`AWS_SECRET_ACCESS_KEY=${key.secretAccessKey}\n`);
    if (name === undefined) io.err('The secret is shown this once.\n');
  }
  if (isNew && policy.length === 0)
    io.err(`${user} is new and may do nothing yet: attach a policy, with --policy or aws iam.\n`);
  return 0;
}

async function revoke(session: Session, key: string): Promise<number> {
  const user = await (await session.identities()).revokeKey(key);
  if (session.settings.json) session.printJson({ revoked: key, user });
  else session.io.out(`Revoked ${key} of ${user ?? 'the root'}.\n`);
  return 0;
}
