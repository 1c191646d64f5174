/**
 * The schema, one entry a version; an entry that was released is never edited. Times are epoch milliseconds, JSON is
 * text. Every top-level row names its project and who made it.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    created_by TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    digest TEXT NOT NULL,
    target TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    file TEXT NOT NULL,
    definition TEXT NOT NULL,
    frozen TEXT NOT NULL,
    outputs TEXT NOT NULL DEFAULT '{}'
  ) WITHOUT ROWID;
  CREATE INDEX runs_by_pipeline ON runs (project, pipeline, id);
  CREATE INDEX runs_unfinished ON runs (status) WHERE finished_at IS NULL;

  CREATE TABLE run_events (
    run TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  ) WITHOUT ROWID;

  -- One row a step (item -1), and one an item that was touched; a projection of the events.
  CREATE TABLE step_runs (
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    item INTEGER NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    key TEXT,
    started_at INTEGER,
    finished_at INTEGER,
    exit_code INTEGER,
    reason TEXT,
    created_seq INTEGER NOT NULL,
    outputs TEXT NOT NULL,
    PRIMARY KEY (run, step, item)
  ) WITHOUT ROWID;

  -- What the key of each step was made of and what it consumed, so that two runs can be compared.
  CREATE TABLE step_parts (
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    parts TEXT NOT NULL,
    consumed TEXT NOT NULL,
    PRIMARY KEY (run, step)
  ) WITHOUT ROWID;

  CREATE TABLE cache_entries (
    key TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    consumed TEXT NOT NULL,
    outputs TEXT NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE code_snapshots (
    digest TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    listing TEXT NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE file_hashes (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    sha256 TEXT NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  -- Folders in which pipelines are looked for.
  CREATE TABLE folders (
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    created_by TEXT NOT NULL,
    path TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    UNIQUE (project, path)
  ) WITHOUT ROWID;
  CREATE INDEX runs_by_file ON runs (project, file, id);
  CREATE INDEX runs_by_status ON runs (project, status, id);

  -- looked_at: every time up to it was decided. missed: how many times were, also those whose row is gone. last_run: the
  -- latest run that it began.
  CREATE TABLE schedules (
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    created_by TEXT NOT NULL,
    name TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    file TEXT NOT NULL,
    cron TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    overlap TEXT NOT NULL,
    starting_deadline INTEGER NOT NULL,
    parameters TEXT NOT NULL,
    target TEXT NOT NULL,
    paused INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    looked_at INTEGER NOT NULL,
    missed INTEGER NOT NULL DEFAULT 0,
    last_run TEXT,
    UNIQUE (project, name)
  ) WITHOUT ROWID;

  -- What became of each time; times that were missed one after another share a row.
  CREATE TABLE schedule_occurrences (
    schedule TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    last_due_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    run TEXT,
    reason TEXT,
    PRIMARY KEY (schedule, due_at)
  ) WITHOUT ROWID;
  CREATE INDEX occurrences_starting ON schedule_occurrences (outcome) WHERE outcome = 'starting';

  -- Browsers and programs that may talk to the core; of their secrets only the sha256 is kept.
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    created_by TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE access_tokens (
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    created_by TEXT NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    UNIQUE (project, name)
  ) WITHOUT ROWID;

  -- What a run is shown by with its fan-outs folded, without a look at each item: of an item that has begun and not
  -- ended its phase, of a fan-out how many items it has and how they ended. Runs from before have folded = 0.
  ALTER TABLE runs ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE step_runs ADD COLUMN phase TEXT;
  ALTER TABLE step_runs ADD COLUMN since INTEGER;
  ALTER TABLE step_runs ADD COLUMN total INTEGER;
  ALTER TABLE step_runs ADD COLUMN counts TEXT;
  -- Numbers of the events that were about a step or an item, each after a comma.
  ALTER TABLE step_runs ADD COLUMN events TEXT;
  CREATE INDEX step_runs_active ON step_runs (run) WHERE phase IS NOT NULL;
  CREATE INDEX run_events_rare ON run_events (run, kind)
    WHERE kind IN ('step.expanded', 'environment.building', 'environment.ready', 'run.cancelling');
  `,
  `
  -- Clusters that runs can play on; no value of a secret is in a profile.
  CREATE TABLE targets (
    name TEXT NOT NULL,
    project TEXT NOT NULL,
    created_by TEXT NOT NULL,
    profile TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (project, name)
  ) WITHOUT ROWID;

  -- Files that a bucket holds and this machine may not, by their content.
  CREATE TABLE remote_files (
    sha256 TEXT NOT NULL,
    store TEXT NOT NULL,
    key TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (sha256, store)
  ) WITHOUT ROWID;
  CREATE INDEX cache_entries_by_run ON cache_entries (run);

  -- What schedules have given to clusters, the latest last by version. applied: how the cluster has it, 'on' or 'paused';
  -- null where it may not have it yet. Rows of a schedule that is gone: the cluster may have it still.
  CREATE TABLE schedule_versions (
    schedule TEXT NOT NULL,
    version TEXT NOT NULL,
    pushed TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    applied TEXT,
    PRIMARY KEY (schedule, version)
  ) WITHOUT ROWID;
  DROP INDEX run_events_rare;
  CREATE INDEX run_events_rare ON run_events (run, kind)
    WHERE kind IN ('step.expanded', 'environment.building', 'environment.ready', 'run.cancelling', 'run.submitted', 'run.connection');
  `,
  `
  -- Clusters that were made on this machine, and what is and was done to them; each body is JSON.
  CREATE TABLE local_clusters (
    name TEXT NOT NULL,
    project TEXT NOT NULL,
    created_by TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (project, name)
  ) WITHOUT ROWID;
  CREATE TABLE cluster_jobs (
    id TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    created_by TEXT NOT NULL,
    cluster TEXT NOT NULL,
    status TEXT NOT NULL,
    body TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX cluster_jobs_by_cluster ON cluster_jobs (cluster, id);
  CREATE INDEX cluster_jobs_running ON cluster_jobs (status) WHERE status = 'running';
  CREATE TABLE cluster_job_log (
    job TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    step TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (job, seq)
  ) WITHOUT ROWID;
  `,
  `
  -- The latest runs on a target, of one pipeline or of any.
  CREATE INDEX runs_by_target ON runs (project, target, pipeline, id);
  `,
  `
  -- Runs that go on elsewhere: each names the other and its target, as JSON.
  ALTER TABLE runs ADD COLUMN moved_to TEXT;
  ALTER TABLE runs ADD COLUMN moved_from TEXT;

  -- What runs were asked to go on elsewhere as, and how far that is: state is 'checking', 'stopping' or 'preparing', and
  -- 'done', 'unneeded' or 'failed' with a finished_at. was_over: the run was over when it was asked for.
  CREATE TABLE moves (
    new_run TEXT PRIMARY KEY,
    project TEXT NOT NULL,
    created_by TEXT NOT NULL,
    run TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    mode TEXT NOT NULL,
    parallelism INTEGER,
    was_over INTEGER NOT NULL,
    state TEXT NOT NULL,
    problem TEXT,
    created_at INTEGER NOT NULL,
    finished_at INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX moves_by_run ON moves (run, new_run);
  CREATE UNIQUE INDEX moves_open ON moves (run) WHERE finished_at IS NULL;
  DROP INDEX run_events_rare;
  CREATE INDEX run_events_rare ON run_events (run, kind)
    WHERE kind IN ('step.expanded', 'environment.building', 'environment.ready', 'run.cancelling', 'run.draining', 'run.submitted', 'run.connection');
  `,
]
