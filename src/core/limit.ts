// Every limit of the system, once (DESIGN 3.7). AWS's numbers are from spec 4.1 and the user guide, chapter Service Limits.

export const limit = {
  jobQueues: 50,
  computeEnvironments: 50,
  computeEnvironmentsPerQueue: 3,
  dependenciesPerJob: 20,
  arraySizeMin: 2,
  arraySizeMax: 10_000,
  attemptsMax: 10,
  evaluateOnExitRules: 5,
  schedulingPriorityMax: 9999,
  tagsPerResource: 50,
  nameLength: 128,
  describeJobsIds: 100,
  bulkJobIds: 50,
  listJobsPage: 1000,
  listJobsFilteredPage: 100,
  describePage: 100,
  /** Seconds between SIGTERM and SIGKILL (spec 4.5). */
  stopGraceSeconds: 30,
  /** Characters of a reason that a user may give; longer ones are cut. */
  reasonLength: 1024,
  /** Commands decided in one transaction: bounds how long the loop is held. */
  commandsPerBatch: 1024,
  /** Placements of one pass, after which what has arrived meanwhile is heard. */
  placementsPerPass: 512,
  /** Deadlines met in one transaction. */
  deadlinesPerBatch: 512,
  /** Commands that may wait to be decided; more are turned away, so that a flood costs answers and not memory. */
  commandsWaiting: 100_000,
  /** Starts in flight at the engine. */
  startsInFlight: 64,
  /** How long an ended container's output may take to arrive before the attempt's end is committed without the rest. */
  logDrainMs: 20_000,
  /** How long the news that an attempt runs may wait for a batch to travel with. */
  startedReportWaitMs: 10,
  /** Pause before an engine that could not be reached is asked again. */
  engineRetryMs: 1_000,
  /** Pause between comparisons of the rows with what the engine knows. */
  reconcilePeriodMs: 10_000,
} as const;
