// Sessions: temporary credentials that nobody keeps. What a session is stands sealed in its token,
// and its secret follows from the server's key and the session's key id, so that nothing is stored
// and nothing is lost by a restart. What a token says is believed as long as it holds: not past its
// time, not after its role or user is gone, and of a job's not after its attempt. What a session
// may do is not asked here.

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { scopeOf, type AttemptId } from '../../base/ids.ts';
import type { Principal, Session } from '../../base/principal.ts';
import { RecentMap } from '../../base/recent-map.ts';
import { Hidden } from '../../base/hidden.ts';
import { accessKeyAlphabet, accessKeyFreeLength, accessKeyId } from '../../core/access-key.ts';
import type { Sealer } from '../../port/sealer.ts';
import type { IamKinds, IamView } from '../iam/resources.ts';
import type { ResourceSpace } from '../resource-space.ts';
import { documentOf } from './managed-document.ts';

/** What a token says. */
type SessionFacts = RoleSession | UserSession;

interface Issued {
  readonly account: string;
  /** e.g. `aws` */
  readonly partition: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** Somebody asked for it whom nobody verified: it says nothing where callers are. */
  readonly isUnverified?: true | undefined;
}

export interface RoleSession extends Issued {
  readonly kind: 'role';
  readonly role: { readonly name: string; readonly id: string; readonly path: string };
  readonly name: string;
  /** Documents of session policies, as they were sent. */
  readonly policies?: readonly string[] | undefined;
  /** ARNs of managed policies that are session policies too. */
  readonly policyArns?: readonly string[] | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly transitiveTagKeys?: readonly string[] | undefined;
  readonly sourceIdentity?: string | undefined;
  /** It is the role of a job, and ends with this attempt at it. */
  readonly job?: { readonly id: string; readonly attemptId: AttemptId } | undefined;
}

/** Of a user, or of the account's root. */
export interface UserSession extends Issued {
  readonly kind: 'user';
  readonly user?: { readonly name: string; readonly id: string } | undefined;
  /** The long-term key that asked for it: it ends with that. */
  readonly keyId?: string | undefined;
}

/** What somebody signs with. Whoever answers a request with them reveals them, and nobody else. */
export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Hidden;
  readonly sessionToken: Hidden;
  readonly expiresAtMs: number;
}

/** A session that a key and its token name. */
interface FoundSession {
  readonly secret: Hidden;
  readonly principal: Principal;
  /** It may be over. */
  readonly expiresAtMs: number;
}

/** What was read of a token, and whose it is as of a version of the account's IAM. */
interface Remembered {
  readonly facts: SessionFacts;
  readonly secret: Hidden;
  version: number | undefined;
  principal: Principal | undefined;
}

interface SessionParts {
  readonly iam: Pick<ResourceSpace<IamKinds>, 'current' | 'version'>;
  readonly sealer: Sealer;
  readonly isUnderWay: (attemptId: AttemptId) => boolean;
  /** Callers are verified: sessions of those who were not count for nothing. */
  readonly isVerifying: boolean;
}

const secretLength = 40;
/** Longer ones were not made here. */
const longestToken = 8_192;
const mostRemembered = 1_000;
const about = (keyId: string): string => `session ${keyId}`;
const padding = '.';

export class Sessions {
  readonly #parts: SessionParts;
  /** What was read of the tokens that came last; only of such as were made here. */
  readonly #recent = new RecentMap<string, Remembered>(mostRemembered);

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** The token has at least so many characters, where that is asked for. */
  issue(facts: SessionFacts, leastTokenLength = 0): TemporaryCredentials {
    const { sealer } = this.#parts;
    const free = sealer.random(accessKeyFreeLength, accessKeyAlphabet);
    const keyId = accessKeyId('ASIA', facts.account, free);
    const text = packed(JSON.stringify(facts));
    const bare = sealer.seal(text, about(keyId));
    const missing = Math.ceil(((leastTokenLength - bare.length) * 3) / 4);
    const token = missing <= 0 ? bare : sealer.seal(text + padding.repeat(missing), about(keyId));
    return {
      accessKeyId: keyId,
      secretAccessKey: this.#secretOf(keyId),
      sessionToken: new Hidden(token),
      expiresAtMs: facts.expiresAtMs,
    };
  }

  #secretOf(keyId: string): Hidden {
    return new Hidden(this.#parts.sealer.derive(`session-secret ${keyId}`).slice(0, secretLength));
  }

  /**
   * Whose session it is, as things are now, also when it is over. Undefined: no token of this
   * server's for this key, or whose it was is gone.
   */
  find(keyId: string, token: string): FoundSession | undefined {
    const read = this.#read(keyId, token);
    if (read === undefined) return undefined;
    const { facts, secret } = read;
    const { iam, isUnderWay } = this.#parts;
    const scope = scopeOf(facts.account, `${facts.partition}-global`);
    const version = iam.version(scope);
    if (read.version !== version) {
      read.principal = principalOf(facts, keyId, iam.current(scope));
      read.version = version;
    }
    const isOver =
      facts.kind === 'role' && facts.job !== undefined && !isUnderWay(facts.job.attemptId);
    const { principal } = read;
    return principal && { secret, principal, expiresAtMs: isOver ? 0 : facts.expiresAtMs };
  }

  #read(keyId: string, token: string): Remembered | undefined {
    if (token.length > longestToken) return undefined;
    const key = `${keyId} ${token}`;
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const text = this.#parts.sealer.open(token, about(keyId));
    if (text === undefined) return undefined;
    const facts = JSON.parse(unpacked(text)) as SessionFacts;
    if (facts.isUnverified && this.#parts.isVerifying) return undefined;
    const read = { facts, secret: this.#secretOf(keyId), version: undefined, principal: undefined };
    this.#recent.set(key, read);
    return read;
  }
}

const packed = (text: string): string => deflateRawSync(text).toString('base64url');
const unpacked = (text: string): string =>
  inflateRawSync(Buffer.from(text.split(padding, 1)[0] ?? '', 'base64url')).toString('utf8');

/** How much the policies and tags of a session take in its token. */
export const packedBytes = (said: object): number => deflateRawSync(JSON.stringify(said)).length;

/** `arn:aws:sts::123456789012:assumed-role/Admin/me` */
export const sessionArn = ({ partition, account, role, name }: RoleSession): string =>
  `arn:${partition}:sts::${account}:assumed-role/${role.name}/${name}`;
const iamArn = ({ partition, account }: SessionFacts, resource: string): string =>
  `arn:${partition}:iam::${account}:${resource}`;

const principalOf = (facts: SessionFacts, keyId: string, iam: IamView): Principal | undefined =>
  facts.kind === 'user' ? userPrincipal(facts, keyId, iam) : rolePrincipal(facts, keyId, iam);

/** Undefined where the role is gone, though another may have its name. */
export function rolePrincipal(
  facts: RoleSession,
  keyId: string,
  iam: IamView,
): Principal | undefined {
  const { role, name, createdAtMs, expiresAtMs } = facts;
  if (iam.get('role', role.name)?.id !== role.id) return undefined;
  const managed = (facts.policyArns ?? []).map((arn) => documentOf(iam, arn));
  return {
    kind: 'assumed-role',
    account: facts.account,
    arn: sessionArn(facts),
    userId: `${role.id}:${name}`,
    accessKeyId: keyId,
    session: {
      roleArn: iamArn(facts, `role${role.path}${role.name}`),
      roleId: role.id,
      roleName: role.name,
      name,
      createdAtMs,
      expiresAtMs,
      policies: [...(facts.policies ?? []), ...managed],
      tags: facts.tags ?? {},
      transitiveTagKeys: facts.transitiveTagKeys ?? [],
      sourceIdentity: facts.sourceIdentity,
      jobId: facts.job?.id,
    },
  };
}

/** Undefined where the user is gone, or the key is, or is not to be used. */
function userPrincipal(facts: UserSession, keyId: string, iam: IamView): Principal | undefined {
  const { account, user, createdAtMs, expiresAtMs } = facts;
  if (facts.keyId !== undefined && iam.get('access-key', facts.keyId)?.status !== 'Active')
    return undefined;
  const session: Session = { createdAtMs, expiresAtMs };
  if (user === undefined)
    return {
      kind: 'root',
      account,
      arn: iamArn(facts, 'root'),
      userId: account,
      accessKeyId: keyId,
      session,
    };
  const there = iam.get('user', user.name);
  if (there?.id !== user.id) return undefined;
  return {
    kind: 'user',
    account,
    arn: iamArn(facts, `user${there.path}${there.name}`),
    userId: user.id,
    accessKeyId: keyId,
    session,
  };
}
