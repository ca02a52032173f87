// The words for where a job is: exactly AWS's (user guide, chapter Job States).

export const jobStatuses = [
  'SUBMITTED',
  'PENDING',
  'RUNNABLE',
  'STARTING',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
] as const;
export type JobStatus = (typeof jobStatuses)[number];

export type WaitingStatus = 'SUBMITTED' | 'PENDING' | 'RUNNABLE';
export type EndedStatus = 'SUCCEEDED' | 'FAILED';

export const isEnded = (status: JobStatus): status is EndedStatus =>
  status === 'SUCCEEDED' || status === 'FAILED';
