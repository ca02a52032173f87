// What `longshore up --cluster current` does before it starts, on a real apiserver: who may do
// everything gets a namespace, and everybody else is told what is amiss.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/cli/failure.ts';
import { neededRights } from '../../src/engine/kubernetes/needed-rights.ts';
import { withCurrentCluster } from '../../src/server/current-cluster.ts';
import { firstNamespace } from '../../src/server/command/first-run.ts';
import { readyCluster } from '../../src/server/command/ready-cluster.ts';
import { parseServerConfig } from '../../src/server/config.ts';
import { objectsOf, rendered } from './chart.ts';
import { controlPlaneSkip, startControlPlane } from './cluster.ts';

test(
  'a cluster is ready for jobs, or it is said why not',
  { skip: controlPlaneSkip() },
  async () => {
    await using cluster = await startControlPlane();
    const { api, plane } = cluster;
    const told: string[] = [];
    const ready = async (kubeconfig: string, namespace = 'longshore-jobs'): Promise<void> => {
      const environment = { KUBECONFIG: kubeconfig };
      const given = parseServerConfig(['--cluster', 'current', '--job-namespace', namespace]);
      const { config, cluster: current } = await withCurrentCluster(given, environment);
      await readyCluster({
        context: current.context,
        namespace: firstNamespace(config),
        environment,
        tell: (line) => told.push(line),
      });
    };
    const refused = (kubeconfig: string, says: RegExp, namespace?: string): Promise<void> =>
      assert.rejects(
        ready(kubeconfig, namespace),
        (error) => error instanceof Failure && says.test(error.message),
      );

    await ready(cluster.kubeconfig);
    await ready(cluster.kubeconfig);
    assert.deepEqual(told, [
      'The cluster longshore-test has the new namespace longshore-jobs, for jobs.',
    ]);
    assert.notEqual(await api.find('/api/v1/namespaces/longshore-jobs'), undefined);

    const nobody = plane.kubeconfigFor('nobody-in-particular');
    await refused(
      nobody,
      /does not let you do what jobs need there: list nodes, watch nodes, .*create pods in longshore-jobs.*get pods\/log in longshore-jobs/,
    );

    // What the chart grants is enough, also for who may make no namespace.
    const rules = /\/(clusterroles|clusterrolebindings|roles|rolebindings)$/;
    for (const object of objectsOf(rendered({ set: ['jobs.create=false'] }))) {
      const { namespace } = object.metadata;
      const plural = `${object.kind.toLowerCase()}s`;
      const within = namespace === undefined ? '' : `/namespaces/${namespace}`;
      const path = `/apis/rbac.authorization.k8s.io/v1${within}/${plural}`;
      if (rules.test(path)) await api.create(path, object);
    }
    const account = plane.kubeconfigFor('system:serviceaccount:longshore:longshore');
    await ready(account);
    assert.equal(told.length, 1);
    await refused(account, /create pods in elsewhere/, 'elsewhere');

    // Who may do everything but make namespaces.
    await api.create('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
      metadata: { name: 'most' },
      rules: [
        { apiGroups: [''], resources: neededRights.map(({ resource }) => resource), verbs: ['*'] },
        { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
      ],
    });
    await api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name: 'most' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'most' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'most' }],
    });
    await refused(
      plane.kubeconfigFor('most'),
      /has no namespace elsewhere, and you may not make it: .*--job-namespace/,
      'elsewhere',
    );

    await plane.stopApiserver();
    await refused(
      cluster.kubeconfig,
      /longshore-test.*That is the current context; kubectl config/,
    );
  },
);
