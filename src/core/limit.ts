// Every limit of AWS's and of the product, once: those that an operator may set, and those that are
// fixed. AWS's numbers are from the user guide, chapter Service Limits, and the API's
// documentation. It counts nothing: who enforces a limit stands where it is used.

interface SettableLimit {
  /** AWS's number, which holds unless the operator says otherwise. */
  readonly aws: number;
  readonly least: number;
  readonly most: number;
}

/** What `--limit NAME=NUMBER` may set, and within what. */
export const settableLimits = {
  /** For an account and region. */
  jobQueues: { aws: 50, least: 1, most: 10_000 },
  computeEnvironments: { aws: 50, least: 1, most: 10_000 },
  computeEnvironmentsPerQueue: { aws: 3, least: 1, most: 20 },
  /** Of all accounts and regions. */
  computeEnvironmentsPerCluster: { aws: 5, least: 1, most: 1_000 },
  dependenciesPerJob: { aws: 20, least: 0, most: 1_000 },
  /** A child's index has at most five digits. */
  arraySize: { aws: 10_000, least: 2, most: 100_000 },
  /** Share identifiers of one queue that have jobs or used something of late. */
  activeShares: { aws: 500, least: 1, most: 10_000 },
  quotaSharesPerQueue: { aws: 20, least: 0, most: 500 },
  attempts: { aws: 10, least: 1, most: 100 },
  /** For an account and region. */
  consumableResources: { aws: 50_000, least: 0, most: 1_000_000 },
  /** For an account and region. */
  serviceEnvironments: { aws: 50, least: 0, most: 10_000 },
  tagsPerResource: { aws: 50, least: 1, most: 1_000 },
  /** A whole request's. */
  submitJobBytes: { aws: 30_720, least: 1_024, most: 1_048_576 },
  jobDefinitionBytes: { aws: 24_576, least: 1_024, most: 1_048_576 },
  /**
   * What a submission overrides of one container, in characters of ECS's JSON; a job with more
   * fails at once.
   */
  containerOverridesLength: { aws: 8_192, least: 256, most: 1_048_576 },
  /**
   * Jobs of an account and region that have not ended: AWS's million in SUBMITTED. Here that state
   * takes no time, so that what is counted is what waits and runs; an array counts as one, and each
   * of its children from its start to its end.
   */
  submittedJobs: { aws: 1_000_000, least: 1, most: 100_000_000 },
  /**
   * Likewise of one job queue, so that the backlog of one leaves room for the others'. AWS has no
   * such limit.
   */
  jobsPerQueue: { aws: 100_000_000, least: 1, most: 100_000_000 },
} as const satisfies Record<string, SettableLimit>;

export type LimitName = keyof typeof settableLimits;
/** The numbers that hold. */
export type Limits = Readonly<Record<LimitName, number>>;

export const awsLimits: Limits = Object.freeze(
  Object.fromEntries(
    Object.entries(settableLimits).map(([name, { aws }]) => [name, aws]),
  ) as Record<LimitName, number>,
);

export const limit = {
  arraySizeMin: 2,
  evaluateOnExitRules: 5,
  schedulingPriorityMax: 9999,
  /** Of a service job, in characters. */
  servicePayloadBytes: 10_240,
  /** Of a service environment. */
  capacityLimits: 5,
  /** A multi-node parallel job's. */
  nodes: 1000,
  nodeRanges: 5,
  /**
   * What an elastic network interface may have, and so Fargate, and an environment that runs
   * multi-node parallel jobs (user guide).
   */
  interfaceSecurityGroups: 5,
  fargateSubnets: 16,
  launchTemplateOverrides: 10,
  jobExecutionTimeoutMinutesMax: 7200,
  memoryMibMin: 4,
  /** On Fargate (the model's documentation of EphemeralStorage). */
  ephemeralStorageGibMin: 21,
  ephemeralStorageGibMax: 200,
  /** For an account and region; ours, for AWS names none. */
  schedulingPolicies: 500,
  shareDistributionEntries: 500,
  quotaShare: { capacityLimits: 5, maxCapacity: 2 ** 31 - 1, borrowLimit: 2 ** 31 - 1 },
  nameLength: 128,
  describeJobsIds: 100,
  bulkJobIds: 50,
  snapshotJobs: 100,
  snapshotShares: 20,
  listJobsPage: 1000,
  listJobsFilteredPage: 100,
  /**
   * What one slice of a list looks at, and finds, before others have their turn; and what one call
   * looks at before its page ends early.
   */
  listRowsPerSlice: 5_000,
  listedPerSlice: 100,
  childrenPerSlice: 500,
  listRows: 10_000_000,
  recordsPerSlice: 200,
  recordsLookedAt: 20_000,
  describePage: 100,
  /** Seconds between SIGTERM and SIGKILL. */
  stopGraceSeconds: 30,
  /** Of a training job (SageMaker's API reference, StopTrainingJob). */
  trainingStopGraceSeconds: 120,
  /**
   * An attempt that runs on for so long after it was told to stop is told again: the grace time,
   * and as long for the engine.
   */
  stopRepeatMs: 60_000,
  /**
   * What an ECS agent keeps back of a host's memory unless it is told otherwise:
   * ECS_RESERVED_MEMORY.
   */
  ecsReservedMemoryMib: 32,
  /** Characters of a reason that a user may give; longer ones are cut. */
  reasonLength: 1024,
  /** Commands decided in one transaction: bounds how long the loop is held. */
  commandsPerBatch: 1024,
  /** Placements of one pass, after which what has arrived meanwhile is heard. */
  placementsPerPass: 512,
  /** Jobs stopped for others in one transaction. */
  preemptionsPerTurn: 512,
  /** Attempts that were preempted and are kept of a job: it may be preempted without end. */
  preemptedAttemptsKept: 20,
  /** Likewise, of those for which there was no room. */
  unplacedAttemptsKept: 20,
  /** Before a job is placed again that its cluster had no room for. */
  unplacedPauseMs: 10_000,
  /** Deadlines met in one transaction. */
  deadlinesPerBatch: 512,
  /**
   * Commands that may wait to be decided; more are turned away, so that a flood costs answers and
   * not memory.
   */
  commandsWaiting: 100_000,
  /** What tags of ours may say (doc/beyond-aws.md). */
  retryDelaySeconds: 86_400,
  parallelJobs: 1_000_000,
  preemptionRetries: 10_000,
  /** Attempts of which containers are being started at the engines. */
  attemptsStarting: 64,
  /**
   * How long an ended container's output may take to arrive before the attempt's end is committed
   * without the rest.
   */
  logDrainMs: 20_000,
  /** How long an event of several lines may wait for more, as with Docker's awslogs driver. */
  openEventMs: 5_000,
  /**
   * Steps of matching that one output takes in a row (a few milliseconds), and the pause before the
   * next.
   */
  patternStepsInARow: 200_000,
  patternPauseMs: 5,
  /**
   * AWS Batch documents a container's `reason` as "255 max characters"; the ECS agent cut it there
   * for years.
   */
  containerReasonChars: 255,
  /** How long the news that an attempt runs may wait for a batch to travel with. */
  startedReportWaitMs: 10,
  /** Pause before an engine that could not be reached is asked again. */
  engineRetryMs: 1_000,
  /**
   * Rows of ended jobs that one write removes, and the pause before the next: what is decided
   * meanwhile hardly waits.
   */
  expiredRowsPerWrite: 64,
  expiryPauseMs: 5,
  expiryPeriodMinMs: 1_000,
  expiryPeriodMaxMs: 3_600_000,
  /**
   * Pause between searches for expired logs, and the streams that one step of a search looks at.
   */
  logRetentionPeriodMs: 600_000,
  logStreamsPerStep: 200,
  /**
   * Records of calls: how long they may wait to be written together, how many may wait and of how
   * many characters, how many writes of them may be under way, and how many of them are of callers
   * whom nobody knows.
   */
  recordsWithinMs: 250,
  recordsWaiting: 10_000,
  recordCharactersWaiting: 16_777_216,
  recordWrites: 4,
  strangersRecorded: 20,
  /** Pause between looks for records that are older than they are kept. */
  recordRetentionPeriodMs: 60_000,
  /** So many times as long as a job is kept it is remembered after that how it ended. */
  rememberedTimes: 10,
  /**
   * Pause after a scaling cycle, at least, and in multiples of what it took: so much of the time it
   * may cost.
   */
  scalingPauseMs: 50,
  scalingPauseTimes: 20,
  /** How long EC2 shows an instance that is gone. */
  endedInstanceMs: 3_600_000,
  /**
   * How long ECS shows a task that has stopped, how many of them, and how many ended jobs of before
   * a start are looked at for it.
   */
  endedTaskMs: 3_600_000,
  endedTasks: 50_000,
  endedTasksRead: 10_000,
  /** Pause before instances that are idle are looked at. */
  scaleInPauseMs: 1_000,
  /**
   * Pause before instances that are idle and kept for jobs which wait are looked at again: those
   * may have gone elsewhere.
   */
  keptInstancePauseMs: 10_000,
  /** Pause before an instance that does not run yet is asked for again. */
  launchRepeatMs: 10_000,
  /** From a change of a cluster's nodes to their comparison with its hosts. */
  nodesGatherMs: 200,
  /** Pause between comparisons of the rows with what the capacity provider has. */
  capacityPeriodMs: 60_000,
  /** Pause between comparisons of the rows with what the engine knows. */
  reconcilePeriodMs: 10_000,
  /** How long, and how many, changes of jobs are kept for those who follow them. */
  journalKeptMs: 600_000,
  journalRows: 1_000_000,
  journalTrimPeriodMs: 10_000,
  journalRowsPerTrim: 2_000,
  /** How long they are kept at all after the last who followed them has ended. */
  journalLingersMs: 600_000,
  /** Who may follow them at a time. */
  followers: 200,
  /** How long one follows before leave is asked for anew. */
  followingMs: 3_600_000,
  /** How long one who follows hears nothing at the most. */
  followersHearMs: 15_000,
  /** Rows that are read at a time, and characters that are sent at a time, about. */
  journalPage: 100,
  /** Changes that are looked at before others have their turn. */
  journalSlice: 500,
  journalPieceCharacters: 65_536,
  /** Of a task with several containers. */
  task: {
    /** "This object is currently limited to one task element." */
    tasks: 1,
    containers: 10,
    /** A container's startTimeout and stopTimeout; AWS names the most for Fargate alone. */
    timeoutSecondsMin: 2,
    timeoutSecondsMax: 604_800,
    fargateTimeoutSecondsMax: 120,
  },
  /** Of a job on Amazon EKS; each of the two lists, and what a container adds or drops. */
  pod: { containers: 10, capabilities: 64, capabilityCharacters: 128, userId: 2_147_483_647 },
  /** What is on its way out, or to another part of the house. */
  outbox: {
    /** Events that are held against rules in one go. */
    eventsAtOnce: 256,
    /** Deliveries that one transaction adds, and the characters of their bodies. */
    deliveriesAtOnce: 500,
    charactersAtOnce: 8_000_000,
    /** What has arrived is written down within so long, or when it is so many. */
    endedWithinMs: 20,
    endedAtOnce: 1_000,
    /**
     * Deliveries of one lane that are read at a time, and known in memory: more only where the rest
     * of them wait for another attempt.
     */
    lanePage: 200,
    laneInMemory: 2_000,
    laneInMemoryMost: 50_000,
    /** How often a page more is tried where nothing of what is known arrives. */
    lookFurtherMs: 60_000,
    /** Characters of bodies that are held for all lanes together; others are read again. */
    bodyCharacters: 32_000_000,
    /** Bodies of so many characters are under way only as far as they have fewer together. */
    largeBody: 65_536,
    largeUnderWay: 32_000_000,
    /** Beyond so many under way, each lane has one at a time. */
    underWay: 1_000,
    /** The pause before a second attempt; it doubles with each, up to the longest. */
    firstPauseMs: 1_000,
    longestPauseMs: 480_000,
    /** After nothing arrived for so long, the first that does brings the others forward. */
    outageMs: 5_000,
  },
  /** Of what fires by a clock; ours. */
  schedule: {
    /** Read at a start before others have their turn, and written in one transaction. */
    readPerSlice: 500,
    marksPerWrite: 500,
    /** How soon it is noticed, at the latest, that somebody set the clock. */
    lookEveryMs: 60_000,
  },
  /** Commands that callers run in containers of jobs; ours, but for how long one may be idle. */
  session: {
    /** At a time, in one container and of all. */
    inContainer: 10,
    open: 200,
    /** Nothing came or went for so long: it is hung up on, as ECS Exec does. */
    idleMs: 1_200_000,
    /** Of the command, as JSON. */
    commandCharacters: 16_384,
    columns: 1_000,
    rows: 1_000,
    /** Of one message, either way. */
    messageBytes: 65_536,
  },
  /** Tags of a resource of other services; what Batch allows may be set. */
  tags: 50,
  /** Trails of an account and region, as on AWS. */
  trails: 5,
  /** What ECS describes in one call, and lists in a page. */
  ecsPage: 100,
  /** What EKS lists in a page. */
  eksPage: 100,
  /** Amazon EC2's quotas, and what its calls take at once. */
  ec2: {
    /** Before they are encoded in base64. */
    userDataBytes: 16_384,
    instancesAtOnce: 1_000,
    instanceTypesAtOnce: 100,
    filterValues: 200,
    resourcesTaggedAtOnce: 1_000,
    templateVersions: 10_000,
    versionsDeletedAtOnce: 200,
    /** Characters. */
    versionDescription: 255,
    /** A placement group's. */
    partitions: 7,
    /** A security group's, each way. */
    rules: 60,
  },
  /** IAM's quotas. Characters of policies are counted without white space. */
  iam: {
    policies: 1_500,
    policyVersions: 5,
    /** Of a user, a group, a role. */
    attachedPolicies: 10,
    /** All of an entity's together. */
    inlinePolicyCharacters: { user: 2_048, group: 5_120, role: 10_240 },
    users: 5_000,
    roles: 1_000,
    instanceProfiles: 1_000,
    groups: 300,
    groupsPerUser: 10,
    accessKeysPerUser: 2,
    openIdConnectProviders: 100,
    clientIdsPerProvider: 100,
    thumbprintsPerProvider: 5,
    managedPolicyCharacters: 6_144,
    trustPolicyCharacters: 4_096,
    /** Of the policies that a simulation is given, together; AWS's bound of one of them. */
    simulatedCharacters: 131_072,
  },
  /** STS's quotas of sessions. */
  sts: {
    sessionPolicyCharacters: 2_048,
    sessionPolicyArns: 10,
    sessionTags: 50,
    /** Of a session's policies and tags, packed: PackedPolicySize is a percentage of it. */
    packedPolicyBytes: 1_536,
    sessionTokenCharacters: 4_096,
    /** Of a role that was assumed from within another's session. */
    chainedSessionSeconds: 3_600,
  },
  /** Secrets Manager's quotas. */
  secret: { valueBytes: 65_536, versions: 100, stages: 20 },
  /** EventBridge's patterns. */
  eventPattern: {
    characters: 4_096,
    /** What `$or` may be multiplied out to. */
    alternatives: 1_000,
    /** Conditions of all alternatives; ours, for AWS names none: they are what a pattern holds. */
    conditions: 10_000,
    /** Arrays within arrays of an event: as deep as AWS's parser goes. */
    arrayLevels: 1_000,
    /** Ways that values of one event are put together before a pattern counts as not matching. */
    choices: 1_000,
  },
  /** EventBridge's quotas of an account and region, and what its calls take at once. */
  events: {
    /** Of PutEvents: entries, their bytes together, and how deep a detail may be. */
    entries: 10,
    entryBytes: 1_048_576,
    detailLevels: 1_000,
    archives: 100,
    /** That have not ended; and how long they are shown after that. */
    replays: 10,
    replayKeptMs: 7_776_000_000,
    /** Events that a replay puts at a time, their bytes, and how often it notes where it is. */
    replayedAtOnce: 250,
    replayedBytes: 1_048_576,
    replayNotedMs: 5_000,
    /** The pause until it is asked again whether the disk has room for more. */
    replayHeldMs: 1_000,
    /** How often archives are looked at for events that are too old. */
    archiveTrimPeriodMs: 60_000,
    connections: 3_000,
    apiDestinations: 3_000,
    /** To one API destination, unless it says otherwise; AWS raises its 300 where it is asked. */
    invocationsPerSecond: 300,
    invocationsPerSecondMax: 100_000,
    buses: 100,
    /** Characters of a bus's policy. */
    busPolicy: 10_240,
    rulesPerBus: 300,
    wildcardRulesPerBus: 30,
    targetsPerRule: 5,
    targetsAtOnce: 100,
    /** Characters of what a target gets in place of the event, or of how that is made of it. */
    input: 8_192,
    inputPaths: 100,
    pathCharacters: 256,
    /**
     * What a template makes of an event; ours: it may name a large value many times. Targets of
     * AWS's take an event, of up to 256 KiB, and little more.
     */
    transformedCharacters: 1_048_576,
    /** Headers, members of a query, values of a path. */
    httpParameters: 100,
    retryAttempts: 185,
    retryAgeSecondsMin: 60,
    retryAgeSecondsMax: 86_400,
    page: 100,
  },
  /** EventBridge Scheduler's quotas of an account and region, and what its calls take at once. */
  scheduler: {
    groups: 500,
    /** AWS lets a million be, or more. */
    schedules: 100_000,
    /** Of what a target gets. */
    inputBytes: 262_144,
    page: 100,
    /** Schedules that one call looks at before its page ends early, and at a time. */
    lookedAt: 5_000,
    lookedAtOnce: 200,
    /** Of a group that is deleted, in one transaction. */
    removedAtOnce: 200,
    /** Invocations of one schedule's target that are under way at the same time. */
    atOnce: 10,
    /** Requests whose tokens are remembered, after what they deleted is gone. */
    tokens: 10_000,
  },
  parameter: {
    parameters: 10_000,
    nameCharacters: 1_011,
    levels: 15,
    standardBytes: 4_096,
    advancedBytes: 8_192,
    versions: 100,
    labels: 10,
  },
  /** Amazon SNS's quotas; where the comment says so, ours. */
  sns: {
    /** For an account and region, as are those below; ours, for AWS has 100,000. */
    topics: 10_000,
    /** Ours, for AWS has 12,500,000 of a topic: all of them are held to find who gets a message. */
    subscriptions: 10_000,
    pendingSubscriptions: 5_000,
    /** Of a topic. */
    filterPolicies: 200,
    filterPolicyBytes: 262_144,
    filterPolicyKeys: 5,
    /** What the numbers of a policy's values multiply to. */
    filterPolicyCombinations: 150,
    policyBytes: 30_720,
    /** Ours. */
    deliveryPolicyBytes: 10_240,
    /** All retries over HTTP end within it. */
    httpRetrySeconds: 3_600,
    /** A message's text and attributes, and all of a batch together. */
    messageBytes: 262_144,
    batchEntries: 10,
    subjectCharacters: 100,
    attributeNameCharacters: 256,
    /** Ours. */
    endpointCharacters: 2_048,
    /** How long a subscription may be confirmed, or taken up again. */
    tokenMs: 259_200_000,
    page: 100,
    /** Ours: of one message for all who get it, what is written at a time. */
    bytesAtOnce: 4_194_304,
  },
  /** What CloudWatch Logs takes in one call, and answers in a page. */
  logs: {
    putBytes: 1_048_576,
    putEvents: 10_000,
    eventsPage: 10_000,
    describePage: 50,
    /** Resource policies of an account and region. */
    policies: 10,
    policyName: 512,
    policyCharacters: 5_120,
  },
  /** Ours, of training jobs' files. */
  training: {
    /** How long what an attempt left may still be stored when it was told to stop. */
    storeAfterStopMs: 600_000,
    /** From one look for checkpoints of a container that runs to the next. */
    checkpointsEveryMs: 10_000,
  },
} as const;
