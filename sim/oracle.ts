// What clients were promised, kept apart from the code that keeps the promises: the oracle knows what was asked and answered,
// and says how a job may end.

import type { JobDependency } from '@aws-sdk/client-batch';
import type { Scope } from '../src/base/ids.ts';
import type { JobStatus } from '../src/core/job/status.ts';

export interface Outcome {
  readonly status: JobStatus;
  readonly exitCode?: number | undefined;
  /** It ended because of what it depends on, says its reason. */
  readonly dependencyFailed?: boolean | undefined;
}

/** One submission, as its client sees it. */
export class Expectation {
  readonly scope: Scope;
  /** What the container was told to exit with; for an array, the largest of its children's. */
  readonly exitCode: number;
  readonly startFails: boolean;
  readonly arraySize: number | undefined;
  /** As it was asked for. */
  dependsOn: readonly JobDependency[] = [];
  /** Whether the client heard of success; where the answer was lost in a crash, the job may be there or not. */
  accepted = false;
  /** Whether a stop was ever asked for, of it, of a child, or of its queue. */
  stopAsked = false;
  /** Whether a container may have been lost with the engine. */
  mayBeLost = false;

  constructor(scope: Scope, exitCode: number, startFails: boolean, arraySize: number | undefined) {
    this.scope = scope;
    this.exitCode = exitCode;
    this.startFails = startFails;
    this.arraySize = arraySize;
  }

  get isArray(): boolean {
    return this.arraySize !== undefined;
  }

  /** What is wrong with how the job ended; undefined: nothing. */
  judge(outcome: Outcome): string | undefined {
    // Whether those that it waited for let it run is the affair of another law.
    if (this.stopAsked || this.mayBeLost || outcome.dependencyFailed) return undefined;
    const shouldSucceed = this.exitCode === 0 && !this.startFails;
    if ((outcome.status === 'SUCCEEDED') !== shouldSucceed) return `ended ${outcome.status}, though its container ${this.startFails ? 'could not start' : `exited with ${this.exitCode}`}`;
    if (!this.isArray && !this.startFails && outcome.exitCode !== this.exitCode) return `shows exit code ${outcome.exitCode} instead of ${this.exitCode}`;
    return undefined;
  }
}
