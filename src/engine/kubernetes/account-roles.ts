// The role that a service account of a cluster stands for, as Amazon EKS reads it of the account's
// annotations. It reads and remembers for some seconds, and decides nothing: which roles there are,
// and who may have one, is for others.

import type { ServiceAccount } from 'kubernetes-types/core/v1.js';
import { RecentMap } from '../../base/recent-map.ts';
import type { Clock } from '../../port/clock.ts';
import { ClusterRefusal } from './cluster-answer.ts';
import type { ClusterConnection } from './cluster-connection.ts';

/** What the annotations say. */
export interface AccountRole {
  readonly roleArn: string;
  /** Whom the account's token is for. */
  readonly audience: string;
  readonly tokenSeconds: number;
}

interface AccountRolesParts {
  readonly connection: ClusterConnection;
  readonly clock: Pick<Clock, 'now'>;
  /** What the cluster does not let the server read. */
  readonly onFault: (error: unknown) => void;
}

interface Known {
  readonly readAtMs: number;
  readonly role: Promise<AccountRole | undefined>;
}

/** However many jobs begin, an account is asked for no more often. */
const keptMs = 10_000;
const mostAccounts = 1_000;
const prefix = 'eks.amazonaws.com/';
/** Amazon EKS' own. */
const usualAudience = 'sts.amazonaws.com';
const usualSeconds = 86_400;
const leastSeconds = 3_600;

export class AccountRoles {
  readonly #parts: AccountRolesParts;
  readonly #known = new RecentMap<string, Known>(mostAccounts);

  constructor(parts: AccountRolesParts) {
    this.#parts = parts;
  }

  /**
   * Undefined: it stands for none, is not there, or may not be looked at. Rejects with
   * EngineUnavailable.
   */
  of(namespace: string, name: string): Promise<AccountRole | undefined> {
    const nowMs = this.#parts.clock.now();
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(name)}`;
    const known = this.#known.get(path);
    const sinceMs = nowMs - (known?.readAtMs ?? Number.NEGATIVE_INFINITY);
    if (known !== undefined && sinceMs >= 0 && sinceMs < keptMs) return known.role;
    const role = this.#read(path);
    this.#known.set(path, { readAtMs: nowMs, role });
    // What could not be read is read again by the next.
    role.catch(() => this.#known.set(path, { readAtMs: Number.NEGATIVE_INFINITY, role }));
    return role;
  }

  async #read(path: string): Promise<AccountRole | undefined> {
    const { connection, onFault } = this.#parts;
    try {
      const account = await connection.request<ServiceAccount>({ method: 'GET', path });
      return roleIn(account.metadata?.annotations ?? {});
    } catch (error) {
      if (!(error instanceof ClusterRefusal)) throw error;
      // A pod of an account that is not there is refused in the cluster's own words.
      if (error.status !== 404) onFault(error);
      return undefined;
    }
  }
}

function roleIn(annotations: Readonly<Record<string, unknown>>): AccountRole | undefined {
  const text = (name: string): string => {
    const value = annotations[prefix + name];
    return typeof value === 'string' ? value : '';
  };
  const roleArn = text('role-arn');
  if (roleArn === '') return undefined;
  const seconds = Number(text('token-expiration') || usualSeconds);
  return {
    roleArn,
    audience: text('audience') || usualAudience,
    tokenSeconds: Number.isInteger(seconds)
      ? Math.min(Math.max(seconds, leastSeconds), usualSeconds)
      : usualSeconds,
  };
}
