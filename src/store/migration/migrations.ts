// The database's schema as numbered steps. A step that has been released is never changed: a new
// one is added.

interface Migration {
  readonly version: number;
  readonly statements: string;
}

export const migrations: readonly Migration[] = [
  {
    version: 1,
    statements: `
      CREATE TABLE compute_environment (arn TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE job_queue (arn TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE job_definition (
        arn TEXT PRIMARY KEY, scope TEXT NOT NULL, name TEXT NOT NULL, revision INTEGER NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE UNIQUE INDEX job_definition_by_name ON job_definition (scope, name, revision);

      -- Queues as small numbers: every job names one, and ended jobs name queues that are long gone.
      CREATE TABLE queue_number (number INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE);

      -- What changes about a job, and what it is searched by. 'status' is the index in jobStatuses.
      CREATE TABLE job (
        sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, queue INTEGER NOT NULL, status INTEGER NOT NULL,
        name TEXT NOT NULL, definition_arn TEXT NOT NULL, definition_name TEXT NOT NULL, share TEXT, created_at INTEGER NOT NULL,
        state TEXT NOT NULL
      );
      CREATE INDEX job_by_queue ON job (queue, status, sequence);
      -- What never changes.
      CREATE TABLE job_detail (sequence INTEGER PRIMARY KEY, body TEXT NOT NULL);
      CREATE TABLE array_child (
        parent INTEGER NOT NULL, child_index INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (parent, child_index)
      ) WITHOUT ROWID;

      CREATE TABLE tag (arn TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;

      CREATE TABLE log_group (
        id INTEGER PRIMARY KEY, scope TEXT NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL, retention_days INTEGER, UNIQUE (scope, name)
      );
      CREATE TABLE log_stream (
        id INTEGER PRIMARY KEY, log_group INTEGER NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (log_group, name)
      );
    `,
  },
  {
    version: 2,
    // What a job was submitted under stands together.
    statements: `
      UPDATE job SET state = json_remove(
        json_set(state, '$.terms', json_patch('{}', json_object('needs', json_extract(state, '$.needs'), 'log', json_extract(state, '$.log')))), '$.needs', '$.log'
      );
    `,
  },
  {
    version: 3,
    // Which jobs are a queue's own, and not those of one that had its name before.
    statements: `
      UPDATE job_queue SET body = json_set(body, '$.firstSequence', 0);
    `,
  },
  {
    version: 4,
    // Ended jobs can be removed, and are then remembered in few bytes.
    statements: `
      -- When its end was committed: retention counts from there, for what the engine says of the past may come late.
      ALTER TABLE job ADD COLUMN ended_at INTEGER;
      UPDATE job SET ended_at = json_extract(state, '$.stoppedAtMs') WHERE status IN (5, 6);
      CREATE INDEX job_by_end ON job (ended_at) WHERE ended_at IS NOT NULL;
      UPDATE job SET state = json_set(state, '$.failedChildren', CASE json_extract(state, '$.rest.status')
        WHEN 'FAILED' THEN json_array(json_array(0, json_extract(state, '$.arraySize') - 1))
        ELSE (SELECT json_group_array(json_array(child_index, child_index)) FROM array_child WHERE parent = job.sequence AND json_extract(array_child.state, '$.status') = 'FAILED')
        END) WHERE status IN (5, 6) AND json_extract(state, '$.arraySize') IS NOT NULL;

      -- In the order of removal. An id that is a UUID stands as its 16 bytes. 'failed' are the failed children of an array.
      CREATE TABLE remembered_job (
        number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, queue INTEGER NOT NULL, status INTEGER NOT NULL, ended_at INTEGER NOT NULL, array_size INTEGER, failed TEXT
      );
      -- Arrays that were removed and of which rows of children are left.
      CREATE TABLE removed_array (sequence INTEGER PRIMARY KEY);
      -- The highest sequence number of a job that was removed: none is given twice.
      CREATE TABLE removed_sequence (highest INTEGER NOT NULL);
      INSERT INTO removed_sequence VALUES (0);
    `,
  },
  {
    version: 5,
    statements: `
      -- Hosts that their owners registered; this machine joins anew at each start.
      CREATE TABLE host (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
    `,
  },
  {
    version: 6,
    // Fair share: policies, and what the shares of each queue used of late. Usage outgrows SQLite's
    // whole numbers.
    statements: `
      CREATE TABLE scheduling_policy (arn TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE share_usage (
        queue TEXT NOT NULL, share TEXT NOT NULL, usage TEXT NOT NULL, at_second INTEGER NOT NULL, PRIMARY KEY (queue, share)
      ) WITHOUT ROWID;
    `,
  },
  {
    version: 7,
    // What services of their own keep. Every change of a space counts its version up.
    statements: `
      CREATE TABLE resource_space (id INTEGER PRIMARY KEY, service TEXT NOT NULL, scope TEXT NOT NULL, version INTEGER NOT NULL, UNIQUE (service, scope));
      CREATE TABLE resource (space INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (space, kind, id)) WITHOUT ROWID;
    `,
  },
  {
    version: 8,
    statements: `
      CREATE TABLE consumable_resource (arn TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
      -- The jobs that ask for a resource. An ARN may be that of a resource that is long gone.
      CREATE TABLE consumable_job (resource TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (resource, sequence)) WITHOUT ROWID;
      CREATE INDEX consumable_job_by_job ON consumable_job (sequence);
    `,
  },
  {
    version: 9,
    statements: `
      -- Instances that are gone, for as long as EC2 shows them.
      CREATE TABLE ended_instance (id TEXT PRIMARY KEY, scope TEXT NOT NULL, ended_at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
      CREATE INDEX ended_instance_by_end ON ended_instance (ended_at);
    `,
  },
  {
    version: 10,
    // Environments count their infrastructure updates.
    statements: `
      UPDATE compute_environment SET body = json_set(body, '$.revision', 1) WHERE json_extract(body, '$.revision') IS NULL;
    `,
  },
  {
    version: 11,
    statements: `
      -- How many commits there were, and the latest time that one of them was decided at: what a database must know.
      CREATE TABLE commit_count (count INTEGER NOT NULL, at INTEGER NOT NULL);
      INSERT INTO commit_count SELECT 0, coalesce(max(max(created_at), coalesce(max(ended_at), 0)), 0) FROM job;
    `,
  },
  {
    version: 12,
    // Log groups have tags: JSON, absent where there are none.
    statements: `
      ALTER TABLE log_group ADD COLUMN tags TEXT;
    `,
  },
  {
    version: 13,
    statements: `
      -- Attempts that have ended and whose output is not stored yet.
      CREATE TABLE kept_output (attempt TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
    `,
  },
  {
    version: 14,
    // A job's stops are a list. A terminate that came after another stop stood inside that one.
    statements: [
      ['job', '$'],
      ['job', '$.rest'],
      ['array_child', '$'],
    ]
      .map(
        ([table, at]) => `
          UPDATE ${table} SET state = json_remove(json_set(state, '${at}.stops', json(CASE
            WHEN state -> '${at}.stopRequested.later' IS NULL THEN json_array(state -> '${at}.stopRequested')
            ELSE json_array(json_remove(state -> '${at}.stopRequested', '$.later'), state -> '${at}.stopRequested.later')
            END)), '${at}.stopRequested') WHERE state -> '${at}.stopRequested' IS NOT NULL;
        `,
      )
      .join(''),
  },
  {
    version: 15,
    statements: `
      -- Calls, and what was answered to those that were written down before their answer. No number is given twice.
      CREATE TABLE call_record (number INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, at INTEGER NOT NULL, call TEXT NOT NULL);
      CREATE INDEX call_record_by_time ON call_record (scope, at);
      CREATE TABLE call_outcome (number INTEGER PRIMARY KEY, outcome TEXT NOT NULL);
    `,
  },
  {
    version: 16,
    statements: `
      -- Changes of jobs' statuses, for those who follow them; where there is no body, changes follow that nobody followed. No number is given twice.
      CREATE TABLE journal (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, body TEXT);
    `,
  },
  {
    version: 17,
    statements: `
      -- Events on their way to the rules of their buses, and deliveries on their way to where they go, by lane. When
      -- schedules fired last.
      CREATE TABLE bus_event (number INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL);
      CREATE TABLE lane (id INTEGER PRIMARY KEY, scope TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (scope, kind, name));
      CREATE TABLE delivery (number INTEGER PRIMARY KEY, lane INTEGER NOT NULL, key TEXT, since INTEGER NOT NULL, body TEXT NOT NULL);
      CREATE INDEX delivery_by_lane ON delivery (lane);
      CREATE TABLE firing (schedule TEXT PRIMARY KEY, up_to INTEGER NOT NULL) WITHOUT ROWID;
    `,
  },
  {
    version: 18,
    statements: `
      -- Archives of events: how many they are and of how many bytes, and the events by when they happened.
      CREATE TABLE archive (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, events INTEGER NOT NULL, bytes INTEGER NOT NULL);
      CREATE TABLE archived_event (number INTEGER PRIMARY KEY, archive INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL);
      CREATE INDEX archived_event_by_time ON archived_event (archive, at);
    `,
  },
  {
    version: 19,
    // Scheduling policies are of two kinds, and queues of one of them have quota shares.
    statements: `
      UPDATE scheduling_policy SET body = json_set(body, '$.kind', 'fair-share');
      CREATE TABLE quota_share (arn TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
    `,
  },
  {
    version: 20,
    // What may still run on a host that was lost, and whose output is kept, are containers.
    statements: `
      UPDATE host SET body = replace(replace(body, '"oldAttempts":', '"oldContainers":'), '"attemptId":', '"containerId":') WHERE body LIKE '%"oldAttempts":%';
      UPDATE kept_output SET body = replace(body, '"attemptId":', '"containerId":');
    `,
  },
  {
    version: 21,
    statements: `
      -- How long the recent attempts of a share lasted in the mean; NULL until one has ended.
      ALTER TABLE share_usage ADD COLUMN attempt_ms INTEGER;
    `,
  },
  {
    version: 22,
    statements: `
      -- How far jobs that wait were overtaken, by class of jobs that are alike.
      CREATE TABLE overtaken (class TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
    `,
  },
  {
    version: 23,
    statements: `
      CREATE TABLE service_environment (arn TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
    `,
  },
  {
    version: 24,
    // What is known of registered hosts is said without Docker's words. In the URL, the name of the
    // host stands between the user, if there is one, and the port; a socket is of this machine.
    statements: `
      UPDATE host SET body = json_remove(json_set(body,
        '$.endpoint', json(json_remove(json_set(body -> '$.address', '$.url', body ->> '$.address.dockerHost'), '$.dockerHost')),
        '$.facts.runtime', json_object('name', 'Docker', 'version', body ->> '$.facts.dockerVersion'),
        '$.facts.canGiveGpus', json(body -> '$.facts.gpuRuntime'),
        '$.facts.architecture', CASE body ->> '$.facts.architecture' WHEN 'aarch64' THEN 'arm64' WHEN 'amd64' THEN 'x86_64' ELSE body ->> '$.facts.architecture' END
      ), '$.address', '$.facts.dockerVersion', '$.facts.gpuRuntime') WHERE body ->> '$.kind' = 'registered';
      UPDATE host SET body = json_set(body, '$.facts.networkName', name) FROM (
        SELECT id AS hostId, CASE
          WHEN place LIKE '[%' THEN substr(place, 1, instr(place, ']'))
          WHEN instr(place, ':') > 0 THEN substr(place, 1, instr(place, ':') - 1)
          ELSE rtrim(place, '/') END AS name
        FROM (SELECT id, substr(rest, instr(rest, '@') + 1) AS place
          FROM (SELECT id, substr(body ->> '$.endpoint.url', instr(body ->> '$.endpoint.url', '://') + 3) AS rest
            FROM host WHERE body ->> '$.kind' = 'registered' AND body ->> '$.endpoint.url' NOT LIKE 'unix:%'))
      ) WHERE id = hostId;
    `,
  },
];
