// A webhook that holds new pods back behind a scheduling gate, as Kueue does with those that name a
// queue of its own, and lets go of them when a test says so. On an apiserver of a test alone.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { OwnCluster } from './cluster.ts';

export const kueueGate = 'kueue.x-k8s.io/admission';
export const kueueLabel = 'kueue.x-k8s.io/queue-name';

const address = '127.0.0.1';
const configurations = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

interface Review {
  readonly request: { readonly uid: string };
}

export async function startAdmission({ api, plane }: OwnCluster): Promise<AsyncDisposable> {
  const { certificate, key } = plane.authority.issue('admission', {
    name: 'admission',
    alternativeNames: [`IP:${address}`],
  });
  const pair = { cert: readFileSync(certificate), key: readFileSync(key) };
  const patch = [{ op: 'add', path: '/spec/schedulingGates', value: [{ name: kueueGate }] }];
  const server = createServer(pair, (request, response) => {
    void text(request).then((body) => {
      const { uid } = (JSON.parse(body) as Review).request;
      const answer = {
        uid,
        allowed: true,
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
      };
      const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ ...review, response: answer }));
    });
  });
  server.listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await api.create(configurations, {
    metadata: { name: 'admission' },
    webhooks: [
      {
        name: 'admission.longshore.test',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        objectSelector: { matchExpressions: [{ key: kueueLabel, operator: 'Exists' }] },
        rules: [
          { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] },
        ],
        clientConfig: {
          url: `https://${address}:${port}/`,
          caBundle: readFileSync(plane.authority.certificate).toString('base64'),
        },
      },
    ],
  });
  return {
    [Symbol.asyncDispose]: async () => {
      await api.delete(`${configurations}/admission`);
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
