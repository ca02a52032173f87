// The node of a cluster that is played, in a process of its own: what a benchmark measures shares
// no event loop with it. It ends with its standard input.
//
//     node bench/played-node.ts '{"access": …, "serving": {"certificate": …, "key": …}}'

import type { KeyPair } from '../test/kubernetes/certificates.ts';
import type { Access } from '../test/kubernetes/kubeconfig.ts';
import { KubernetesApi } from '../test/kubernetes/kubernetes-api.ts';
import { ScriptedKubelet } from '../test/kubernetes/scripted-kubelet.ts';

export interface PlayedNode {
  readonly access: Access;
  readonly name: string;
  /** Of its log endpoint. */
  readonly serving: KeyPair;
}

const { access, name, serving } = JSON.parse(process.argv[2] ?? '') as PlayedNode;
const api = new KubernetesApi(access);
const plane = { authority: { issue: () => serving } };
const capacity = { cpu: '100000', memory: '100000Gi', pods: '1000000' };
await ScriptedKubelet.start({ api, plane }, { name, capacity });
console.log('ready');
process.stdin.resume();
process.stdin.once('end', () => process.exit(0));
