// The demo: the user guide's rainbow (chapter "Tutorial: Using the Array Job Index to Control Job
// Differentiation") against a server that somebody else started and will end. It works through the
// public API alone, like any client.

import { never } from '../base/assert.ts';
import type { Api } from './api.ts';
import { explainError, Failure } from './failure.ts';
import { ioOf, systemIo, type Surroundings } from './io.ts';
import { JobLogReader } from './log-reader.ts';
import { programName } from './program-name.ts';
import { failureCauses } from './render/job.ts';
import { durationText } from './render/time.ts';
import { Session } from './session.ts';
import { defaultRegion, dummyAccessKeyId, dummySecretAccessKey } from './settings.ts';
import { defaultQueue } from './submit-request.ts';
import { watchJobs } from './watch.ts';

interface DemoOptions {
  readonly endpoint: string;
  readonly engine: 'docker' | 'process' | 'fake';
  /** Why this engine and no other. */
  readonly engineReason: string;
  /** What Docker runs; undefined where images are not used. */
  readonly image: string | undefined;
  /** Where the demo is told. */
  readonly out: { write(text: string): unknown };
  /** Whose queue it is; both as the server has them by default where they are not given. */
  readonly region?: string;
  readonly account?: string;
}

const colors = ['red', 'orange', 'yellow', 'green', 'blue', 'indigo', 'violet'] as const;

/**
 * The guide's image keeps the colors in a file and the script in its entrypoint; no image can be
 * built here, so both stand in the command.
 */
const script = `set -- ${colors.join(' ')}; shift "$AWS_BATCH_JOB_ARRAY_INDEX"; echo "My favorite color of the rainbow is $1."`;

const name = 'print-color';

/** Resolves to the exit code: 0 when all seven children told their color. */
export async function runDemo(
  options: DemoOptions,
  surroundings: Surroundings = systemIo(),
): Promise<number> {
  const session = sessionOf(options, surroundings);
  const { io } = session;
  const say = (text: string): void => session.io.out(`${text}\n`);
  const startedMs = io.nowMs();
  say(
    `Longshore: an array job of ${colors.length} children, each told apart by AWS_BATCH_JOB_ARRAY_INDEX alone.`,
  );
  try {
    return await session.interruptible(
      () => 'Demo stopped.',
      async (signal) => {
        const lines = await rainbow(session, await session.api(), options, signal);
        for (const line of lines) say(line);
        say(
          `\n${colors.length} of ${colors.length} children SUCCEEDED; ${durationText(io.nowMs() - startedMs)} in all.`,
        );
        say(`They ran as ${kindOf(options)} (${options.engineReason}).`);
        say(nextSteps(programName(io.env)));
        return 0;
      },
    );
  } catch (error) {
    io.err(`longshore demo: ${explainError(error, options.endpoint, io.env)}\n`);
    return 1;
  } finally {
    await session.close();
  }
}

/**
 * The demo's caller is its own: credentials and addresses of the environment are for other servers.
 */
function sessionOf(
  { endpoint, out, region, account }: DemoOptions,
  surroundings: Surroundings,
): Session {
  const { NO_COLOR, TERM } = surroundings.env;
  const env = { NO_COLOR, TERM };
  const demoIo = ioOf({ ...surroundings, env, writeOut: (text) => void out.write(text) });
  return new Session(demoIo, {
    endpoint,
    logsEndpoint: endpoint,
    region: region ?? defaultRegion,
    regionGiven: true,
    credentials: {
      accessKeyId: account ?? dummyAccessKeyId,
      secretAccessKey: dummySecretAccessKey,
    },
    json: false,
  });
}

/** The children's lines in the order of their index. */
async function rainbow(
  session: Session,
  api: Api,
  options: DemoOptions,
  signal: AbortSignal,
): Promise<string[]> {
  const jobDefinition = await api.registerJobDefinition({
    jobDefinitionName: name,
    type: 'container',
    containerProperties: {
      image: options.image ?? 'busybox',
      command: ['sh', '-c', script],
      resourceRequirements: [
        { type: 'VCPU', value: '1' },
        { type: 'MEMORY', value: '250' },
      ],
    },
  });
  const { jobId } = await api.submitJob({
    jobName: name,
    jobQueue: defaultQueue,
    jobDefinition,
    arrayProperties: { size: colors.length },
  });
  const [job] = await watchJobs(session, [jobId], signal, { onEnd: () => undefined });
  const children = await api.describeJobs(colors.map((_, index) => `${jobId}:${index}`));
  const failed = children.find((child) => child.status === 'FAILED');
  if (failed !== undefined)
    throw new Failure(`child ${failed.jobId} FAILED: ${failureCauses(failed).join('; ')}`);
  if (job?.status !== 'SUCCEEDED')
    throw new Failure(`job ${jobId} ended ${job?.status}: ${job?.statusReason ?? ''}`);
  const lines: string[] = [];
  for (const child of children) {
    for await (const page of new JobLogReader(api, 'last').lines(child))
      lines.push(...page.lines.map(({ message }) => message));
  }
  // The fake engine runs nothing, so that nothing is written either.
  if (options.engine !== 'fake' && lines.length !== colors.length)
    throw new Failure(
      `${colors.length} lines were to be in the logs, and there are ${lines.length}`,
    );
  return lines;
}

function kindOf({ engine, image }: DemoOptions): string {
  switch (engine) {
    case 'docker':
      return `containers of ${image ?? 'their image'} on Docker`;
    case 'process':
      return 'processes of this machine, without containers';
    case 'fake':
      return 'pretended jobs of the fake engine';
    default:
      return never(engine);
  }
}

function nextSteps(longshore: string): string {
  const commands: [command: string, what: string][] = [
    [`${longshore} up`, 'a server that stays, with a queue that takes jobs'],
    [`eval "$(${longshore} env)"`, 'point the AWS CLI and the SDKs of a shell at it'],
    [`${longshore} submit --image busybox --wait -- echo hello`, 'a first job'],
    ['aws batch describe-job-queues', 'every client of AWS Batch works as it is'],
  ];
  const width = Math.max(...commands.map(([command]) => command.length));
  return `\nWhat next:\n${commands.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`).join('\n')}`;
}
