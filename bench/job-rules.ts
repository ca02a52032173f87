// Patterns of rules as people have them who listen for jobs: of ten kinds, and no two the same.

export const queueOf = (at: number): string =>
  `arn:aws:batch:eu-west-1:111122223333:job-queue/queue-${at}`;
const jobs = {
  source: ['aws.batch'],
  'detail-type': ['Batch Job State Change'],
};

/** Ten kinds of rules, as people have them, of which no two are the same. */
const kinds: readonly ((at: number) => object)[] = [
  (at) => ({ ...jobs, detail: { status: ['FAILED'], jobQueue: [queueOf(at)] } }),
  (at) => ({ ...jobs, detail: { jobQueue: [queueOf(at), queueOf(at + 1)] } }),
  (at) => ({ ...jobs, detail: { jobName: [{ prefix: `nightly-${at}-` }], status: ['FAILED'] } }),
  (at) => ({ ...jobs, detail: { jobName: [{ suffix: `-${at}` }], status: ['SUCCEEDED'] } }),
  (at) => ({ ...jobs, detail: { jobDefinition: [{ wildcard: `*:job-definition/d${at}:*` }] } }),
  (at) => ({ ...jobs, detail: { container: { exitCode: [{ numeric: ['>', at, '<', at + 3] }] } } }),
  (at) => ({ source: [`my.app-${at}`], detail: { state: [{ 'anything-but': 'ok' }] } }),
  (at) => ({ ...jobs, resources: [`arn:aws:batch:eu-west-1:111122223333:job/${at}`] }),
  (at) => ({
    ...jobs,
    detail: { jobName: [{ 'equals-ignore-case': `Report-${at}` }], attempts: { x: [at] } },
  }),
  (at) => ({
    source: ['aws.batch', 'aws.ec2'],
    detail: { $or: [{ jobQueue: [queueOf(at)] }, { tags: { team: [`team-${at}`] } }] },
  }),
];

export const jobRule = (at: number): object | undefined => kinds[at % kinds.length]?.(at);
