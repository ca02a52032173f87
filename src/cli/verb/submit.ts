// `longshore submit`: a job from flags or from a JSON file. Registers a definition only where an
// image is given instead of one.

import type { SubmitJobCommandInput } from '@aws-sdk/client-batch';
import type { Api } from '../api.ts';
import { asPod, definitionOfImage } from '../image-definition.ts';
import { hinted } from '../misnamed.ts';
import { defineVerb } from './verb.ts';
import { exitCodeOf, sayEnd, watchJobs } from '../watch.ts';
import { baseRequest, defaultQueue, requestOf, submitFlags } from '../submit-request.ts';
import type { Session } from '../session.ts';

export const submit = defineVerb({
  name: 'submit',
  summary: 'submit a job',
  usage: '(--definition NAME | --image IMAGE | --file FILE) [flags] [-- COMMAND…]',
  about:
    'Prints the id of the job. Flags are laid over what --file holds, which is the input of the SubmitJob operation.\n--image registers a job definition for the image with 1 vCPU and 512 MiB, unless there is one that is the same, for a queue of Amazon EKS one of a pod; --vcpus and --memory ask for more or less.',
  flags: {
    ...submitFlags,
    wait: {
      type: 'boolean',
      short: 'w',
      help: 'wait for the end: exit code 0 when it SUCCEEDED, 1 when it FAILED',
    },
  },
  examples: [
    'longshore submit --image busybox -- echo hello',
    'longshore submit --definition render:3 --array 100 --param scene=forest --wait',
    'longshore submit --definition render --array 100 --max-parallel 4 --attempts 3 --retry-delay 30s..10m',
    'longshore submit --definition clean-up --depends-on $JOB --after any',
    'longshore submit --file job.json --name again',
    'echo \'{"jobName":"a","jobQueue":"first-run-job-queue","jobDefinition":"render"}\' | longshore submit --file -',
  ],
  operands: { name: 'no further words', least: 0, most: 0 },
  takesCommand: true,
  async run({ session, values, command }) {
    const base = values.file === undefined ? {} : await baseRequest(values.file, session.io);
    const { image, request } = requestOf(base, values, command, session.io.env);
    const api = await session.api();
    const input = image === undefined ? request : await ofImage(api, image, request);
    const job = await api.submitJob(input).catch(async (error: unknown) => {
      throw await hinted(api, error, {
        jobQueue: input.jobQueue,
        jobDefinition: values.definition ?? base.jobDefinition,
      });
    });
    if (!session.settings.json) session.io.out(`${job.jobId}\n`);
    else if (!values.wait) session.printJson(job);
    return values.wait ? waitFor(session, job.jobId) : 0;
  },
});

async function ofImage(
  api: Api,
  image: string,
  request: SubmitJobCommandInput,
): Promise<SubmitJobCommandInput> {
  const isPod = await isForPods(api, request.jobQueue);
  const jobDefinition = await definitionOfImage(api, image, isPod);
  return { ...(isPod ? asPod(request) : request), jobDefinition };
}

/** Who may not look at queues finds out when the job is submitted. */
const isForPods = async (api: Api, queue = defaultQueue): Promise<boolean> =>
  queue !== defaultQueue &&
  (await api.jobQueue(queue).catch(() => undefined))?.jobQueueType === 'EKS';

function waitFor(session: Session, id: string): Promise<number> {
  const note = (): string =>
    `Stopped waiting; job ${id} goes on. Wait again with: longshore wait ${id}; stop it with: longshore terminate ${id}`;
  return session.interruptible(note, async (signal) => {
    const jobs = await watchJobs(session, [id], signal, { onEnd: sayEnd(session, 'err') });
    if (session.settings.json) session.printJson(jobs[0]);
    const code = exitCodeOf(jobs);
    if (code !== 0 && session.io.errIsTty)
      session.io.err(`See what it wrote with: longshore logs ${id}\n`);
    return code;
  });
}
