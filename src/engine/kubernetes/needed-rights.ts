// What this engine asks of a cluster, as the rules of RBAC have it: no more and no less. The chart
// in deploy/helm grants the same, and test/kubernetes/rights.test.ts holds both against what is
// asked for. Whether a connection has it is asked of the cluster; nothing is granted here.

import type {
  SelfSubjectAccessReview,
  SelfSubjectAccessReviewSpec,
} from 'kubernetes-types/authorization/v1.js';
import type { ClusterConnection } from './cluster-connection.ts';

interface Right {
  readonly verb: string;
  /**
   * `pods/log` is the resource `pods` with the subresource `log`; `/version` is none, and a path.
   */
  readonly resource: string;
  /** In all namespaces, or of what has none; else in those that jobs run in. */
  readonly everywhere?: true;
  /** For roles of service accounts alone: jobs without one run without it. */
  readonly forRoles?: true;
}

const rights = (resource: string, verbs: readonly string[], everywhere?: true): readonly Right[] =>
  verbs.map((verb) => ({ verb, resource, ...(everywhere && { everywhere }) }));
const forRoles = (right: Right): Right => ({ ...right, forRoles: true });

export const neededRights: readonly Right[] = [
  ...rights('/version', ['get'], true),
  ...rights('nodes', ['list', 'watch'], true),
  ...rights('pods', ['list', 'watch'], true),
  ...rights('pods', ['create', 'get', 'patch', 'delete']),
  ...rights('pods/log', ['get']),
  ...rights('secrets', ['create', 'patch']),
  ...rights('services', ['create']),
  ...rights('configmaps', ['create']),
  ...[
    ...rights('serviceaccounts', ['get']),
    ...rights('/.well-known/openid-configuration', ['get'], true),
    ...rights('/openid/v1/jwks', ['get'], true),
  ].map(forRoles),
  ...rights('events', ['list']),
];

/** In words: `list nodes`, `create pods in jobs`. */
const inWords = ({ verb, resource, everywhere }: Right, namespace: string): string =>
  `${verb} ${resource}${everywhere ? '' : ` in ${namespace}`}`;

function attributesOf(
  { verb, resource: whole, everywhere }: Right,
  namespace: string,
): SelfSubjectAccessReviewSpec {
  if (whole.startsWith('/')) return { nonResourceAttributes: { verb, path: whole } };
  const [resource = '', subresource = ''] = whole.split('/');
  return {
    resourceAttributes: { verb, resource, subresource, ...(!everywhere && { namespace }) },
  };
}

/**
 * Those without which no job can run and which the connection lacks, in words. Rejects as a request
 * does.
 */
export async function missingRights(
  connection: ClusterConnection,
  namespace: string,
  patienceMs: number,
): Promise<readonly string[]> {
  const has = async (right: Right): Promise<boolean> => {
    const { status } = await connection.request<SelfSubjectAccessReview>({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: attributesOf(right, namespace),
      },
      patienceMs,
    });
    return status?.allowed === true;
  };
  const answers = await Promise.all(
    neededRights
      .filter(({ forRoles: isForRoles }) => !isForRoles)
      .map(async (right) => ({ right, isGranted: await has(right) })),
  );
  return answers
    .filter(({ isGranted }) => !isGranted)
    .map(({ right }) => inWords(right, namespace));
}
