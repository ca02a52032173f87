// The words for where a job is: exactly AWS's (user guide, chapter Job States). Rows hold their
// indexes: a new one stands at the end.

export const jobStatuses = [
  'SUBMITTED',
  'PENDING',
  'RUNNABLE',
  'STARTING',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  /** A service job's alone, between RUNNABLE and STARTING. */
  'SCHEDULED',
] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** What jobs with containers of their own, and children of arrays, can be. */
export type ContainerJobStatus = Exclude<JobStatus, 'SCHEDULED'>;
export const containerJobStatuses = jobStatuses.filter(
  (status): status is ContainerJobStatus => status !== 'SCHEDULED',
);

export type WaitingStatus = 'SUBMITTED' | 'PENDING' | 'RUNNABLE';
export type EndedStatus = 'SUCCEEDED' | 'FAILED';

export const isEnded = (status: JobStatus): status is EndedStatus =>
  status === 'SUCCEEDED' || status === 'FAILED';
