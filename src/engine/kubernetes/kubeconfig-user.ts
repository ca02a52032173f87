// Who one is at a cluster, as a user of a kubeconfig says it: by token, file, certificate or a
// program. Ways that clusters or kubectl have given up are refused with what to do instead.

import { Hidden } from '../../base/hidden.ts';
import type { Clock } from '../../port/clock.ts';
import { standing, type Credential, type Credentials } from './cluster-access.ts';
import { ExecCredentials } from './exec-credentials.ts';
import type { KubeconfigEntry } from './kubeconfig-entry.ts';
import { TokenFile } from './token-file.ts';

const execVersions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

interface UserParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** What a program that asks for it is told of the cluster. */
  readonly cluster: Readonly<Record<string, unknown>>;
}

export class KubeconfigUser {
  readonly #user: KubeconfigEntry | undefined;
  readonly #parts: UserParts;

  /** Undefined: nobody. */
  constructor(user: KubeconfigEntry | undefined, parts: UserParts) {
    this.#user = user;
    this.#parts = parts;
  }

  /** Rejects with `BadKubeconfig`. */
  async credentials(): Promise<Credentials> {
    const user = this.#user;
    if (user === undefined) return standing({});
    if (user.has('auth-provider'))
      throw user.bad('auth-provider is no longer known: use exec, as kubelogin and others offer');
    if (user.has('username') || user.has('password'))
      throw user.bad('clusters know no passwords since Kubernetes 1.19');
    const certificate = await certificateOf(user);
    if (user.has('exec')) return this.#exec(user.inner('exec'));
    const tokenFile = user.path('tokenFile');
    if (tokenFile !== undefined)
      return withCertificate(new TokenFile(tokenFile, this.#parts.clock), certificate);
    const token = user.text('token') ?? '';
    if (/[^\x21-\x7e]/.test(token)) throw user.bad('token is none');
    return standing({ certificate, ...(token !== '' && { token: new Hidden(token) }) });
  }

  #exec(exec: KubeconfigEntry): Credentials {
    const apiVersion = exec.wanted('apiVersion');
    if (!execVersions.includes(apiVersion))
      throw exec.bad(`apiVersion ${apiVersion} is not known; ${execVersions.join(' and ')} are`);
    if (exec.text('interactiveMode') === 'Always')
      throw exec.bad('a program that asks people (interactiveMode Always) cannot be used here');
    const { environment, clock, cluster } = this.#parts;
    return new ExecCredentials(
      {
        command: exec.program('command'),
        args: exec.texts('args'),
        env: Object.fromEntries(
          exec.list('env').map((one) => [one.wanted('name'), one.text('value') ?? '']),
        ),
        apiVersion,
        cluster: exec.flag('provideClusterInfo') ? cluster : undefined,
        installHint: exec.text('installHint'),
      },
      environment,
      clock,
    );
  }
}

async function certificateOf(user: KubeconfigEntry): Promise<Credential['certificate']> {
  const chain = await user.data('client-certificate');
  const key = await user.data('client-key');
  if (chain === undefined && key === undefined) return undefined;
  if (chain === undefined || key === undefined)
    throw user.bad('client-certificate and client-key belong together');
  return { chain, key: new Hidden(key) };
}

const withCertificate = (
  tokens: Credentials,
  certificate: Credential['certificate'],
): Credentials =>
  certificate === undefined
    ? tokens
    : {
        current: async () => ({ ...(await tokens.current()), certificate }),
        refused: () => false,
      };

/** On whose behalf, as headers. Throws `BadKubeconfig`. */
export function impersonationOf(
  user: KubeconfigEntry,
): Readonly<Record<string, string | readonly string[]>> {
  const headers: Record<string, string | readonly string[]> = {};
  const as = user.text('as');
  if (as) headers['Impersonate-User'] = as;
  const uid = user.text('as-uid');
  if (uid) headers['Impersonate-Uid'] = uid;
  const groups = user.texts('as-groups');
  if (groups.length > 0) headers['Impersonate-Group'] = groups;
  for (const [key, values] of Object.entries(user.lists('as-user-extra')))
    headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = values;
  for (const value of Object.values(headers).flat())
    if (/[^\t\x20-\x7e]/.test(value)) throw user.bad('what it impersonates is no header');
  return headers;
}
