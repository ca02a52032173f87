// The Kubernetes engine against the contract of engines on a whole cluster: real kubelets, real
// containers. What an apiserver alone can show is in engine.test.ts.

import { after, before } from 'node:test';
import {
  engineContract,
  plainSpec,
  shellCommand,
  type EngineContract,
} from '../house/contract/engine-contract.ts';
import { sessionContract } from '../house/contract/session-contract.ts';
import { clusterSkip, startCluster, type Cluster } from './cluster.ts';
import { EngineScene } from './engine-scene.ts';

const skip = clusterSkip();
let cluster: Cluster;
let scene: EngineScene;

if (!skip) {
  before(async () => {
    cluster = await startCluster();
    scene = await EngineScene.of(cluster);
  });
  after(async () => {
    scene[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });
}

const contract: EngineContract = {
  name: 'kubernetes, on a cluster',
  skip: skip || undefined,
  create: () => scene.engine(),
  spec: (id, behaviour) =>
    plainSpec(id, { image: cluster.image, command: shellCommand(behaviour), milliVcpu: 10 }),
  runsCommands: true,
  limitsMemory: true,
  noUlimits: 'a pod cannot say them',
  // As containerd writes them down.
  dropsReturns: true,
  timesOfMs: 1000,
};
engineContract(contract);
sessionContract(contract);
