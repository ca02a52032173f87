// The Kubernetes engine against the contracts of engines, on a real apiserver whose only node is
// played: every path through the engine, and no word on what a kubelet does. That is seen on a
// whole cluster, in engine-cluster.test.ts.

import { after, before } from 'node:test';
import {
  engineContract,
  plainSpec,
  type EngineContract,
} from '../house/contract/engine-contract.ts';
import { lateStartContract } from '../house/contract/late-start-contract.ts';
import { until } from '../until.ts';
import { controlPlaneSkip, startControlPlane, type OwnCluster } from './cluster.ts';
import { EngineScene } from './engine-scene.ts';
import { ScriptedKubelet } from './scripted-kubelet.ts';

const skip = controlPlaneSkip();
let cluster: OwnCluster;
let scene: EngineScene;
let kubelet: ScriptedKubelet | undefined;
let kubelets = 0;

const playOn = async (): Promise<void> => {
  kubelet ??= await ScriptedKubelet.start(cluster, { name: `played-${kubelets++}` });
};
const holdUp = async (): Promise<void> => {
  await kubelet?.[Symbol.asyncDispose]();
  kubelet = undefined;
};

if (!skip) {
  before(async () => {
    cluster = await startControlPlane();
    scene = await EngineScene.of(cluster);
    await playOn();
  });
  after(async () => {
    await kubelet?.[Symbol.asyncDispose]();
    scene[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });
}

const contract: EngineContract = {
  name: 'kubernetes',
  skip: skip || undefined,
  create: () => scene.engine(),
  spec: (id, behaviour) => plainSpec(id, { command: ['play', JSON.stringify(behaviour)] }),
  runsCommands: false,
  limitsMemory: 'nothing runs',
  timesOfMs: 1000,
};
engineContract(contract);

/** What nobody has taken yet, and nobody has ended. */
const isWaiting = async (): Promise<boolean> =>
  (await scene.pods()).some(
    ({ metadata, status }) => status?.phase === 'Pending' && !metadata?.deletionTimestamp,
  );

lateStartContract({
  engine: contract,
  isOneStart: true,
  late: async () => {
    await holdUp();
    let isHeld = false;
    const seen = until('the pod to be there', isWaiting).then(() => (isHeld = true));
    return {
      engine: scene.engine(),
      isHeldUp: () => isHeld,
      carryOut: async () => {
        await seen;
        await playOn();
        await until('the pod to be taken', async () => !(await isWaiting()));
      },
      close: playOn,
    };
  },
});
