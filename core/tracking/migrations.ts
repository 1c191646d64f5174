/**
 * The schema of `tracking.db`, one entry a version; an entry that was released is never edited. Times are epoch
 * milliseconds. `stage`: 0 active, 1 deleted.
 */
export const TRACKING_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE experiments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    created_by TEXT NOT NULL,
    name TEXT NOT NULL,
    artifact_location TEXT NOT NULL,
    stage INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
  );
  -- The name of one in the trash may be used again.
  CREATE UNIQUE INDEX experiments_by_name ON experiments (project, name) WHERE stage = 0;
  INSERT INTO experiments (id, project, created_by, name, artifact_location, created_at, updated_at)
    VALUES (0, 'default', 'local', 'Default', 'mlflow-artifacts:/0', unixepoch() * 1000, unixepoch() * 1000);

  -- Names of metrics, parameters and tags, each stored once.
  CREATE TABLE keys (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

  CREATE TABLE experiment_tags (
    experiment INTEGER NOT NULL, key INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (experiment, key)
  ) WITHOUT ROWID;

  -- status: place in the list of RunStatus. deleted_with: 1 where it went to the trash with its experiment.
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL UNIQUE,
    experiment INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    name TEXT NOT NULL,
    user_id TEXT NOT NULL,
    status INTEGER NOT NULL,
    start_time INTEGER NOT NULL,
    end_time INTEGER,
    artifact_uri TEXT NOT NULL,
    stage INTEGER NOT NULL DEFAULT 0,
    deleted_at INTEGER,
    deleted_with INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX runs_by_start ON runs (experiment, stage, start_time DESC, run_id);

  CREATE TABLE params (run INTEGER NOT NULL, key INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, key)) WITHOUT ROWID;
  CREATE TABLE tags (run INTEGER NOT NULL, key INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, key)) WITHOUT ROWID;

  -- What a metric was measured with: 0 for nothing.
  CREATE TABLE metric_origins (
    id INTEGER PRIMARY KEY, model_id TEXT NOT NULL, dataset_name TEXT NOT NULL, dataset_digest TEXT NOT NULL,
    UNIQUE (model_id, dataset_name, dataset_digest)
  );
  INSERT INTO metric_origins VALUES (0, '', '', '');

  -- NaN, which SQLite does not have, is value 0 with nan 1.
  CREATE TABLE metrics (
    run INTEGER NOT NULL, key INTEGER NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL,
    nan INTEGER NOT NULL, origin INTEGER NOT NULL,
    PRIMARY KEY (run, key, step, at, value, nan)
  ) WITHOUT ROWID;

  -- One row a series: its latest point, and what filters and charts ask of all of them. min, max, sum: of finite values.
  -- sealed_step, sealed_at: points up to there are in blocks; null where none is. unsealed, late: how many
  -- came behind that, and how many before it that are not in blocks yet. disordered: 0 where the order by step is surely
  -- the one by time too.
  CREATE TABLE series (
    run INTEGER NOT NULL, key INTEGER NOT NULL,
    step INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, nan INTEGER NOT NULL, origin INTEGER NOT NULL,
    count INTEGER NOT NULL, finite INTEGER NOT NULL, min REAL, max REAL, sum REAL NOT NULL,
    sealed_step INTEGER, sealed_at INTEGER, unsealed INTEGER NOT NULL DEFAULT 0,
    late INTEGER NOT NULL DEFAULT 0, disordered INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run, key)
  ) WITHOUT ROWID;

  -- Neighbouring points of a series folded: level 1 holds points, each later one blocks of the one before. A block goes
  -- from its start up to the start of the next one of its level, and each start is one of the level below too. last_step,
  -- end_at: where its last point is. first_at, last_at: its earliest and its latest time. min, max: of finite values.
  CREATE TABLE metric_blocks (
    run INTEGER NOT NULL, key INTEGER NOT NULL, level INTEGER NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL,
    last_step INTEGER NOT NULL, end_at INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, count INTEGER NOT NULL,
    min REAL, max REAL, last REAL NOT NULL, last_nan INTEGER NOT NULL,
    PRIMARY KEY (run, key, level, step, at)
  ) WITHOUT ROWID;

  -- Copies of points that came when what lies at their place was sealed, until there are enough to take into the blocks.
  CREATE TABLE late_points (
    run INTEGER NOT NULL, key INTEGER NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL,
    nan INTEGER NOT NULL,
    PRIMARY KEY (run, key, step, at, value, nan)
  ) WITHOUT ROWID;

  CREATE TABLE datasets (
    id INTEGER PRIMARY KEY, experiment INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
    source_type TEXT NOT NULL, source TEXT NOT NULL, schema TEXT, profile TEXT,
    UNIQUE (experiment, name, digest)
  );
  -- tags: JSON, a list of [key, value].
  CREATE TABLE run_datasets (
    run INTEGER NOT NULL, dataset INTEGER NOT NULL, tags TEXT NOT NULL, PRIMARY KEY (run, dataset)
  ) WITHOUT ROWID;
  CREATE INDEX run_datasets_by_dataset ON run_datasets (dataset);
  CREATE TABLE run_models (
    run INTEGER NOT NULL, is_output INTEGER NOT NULL, model_id TEXT NOT NULL, step INTEGER NOT NULL,
    PRIMARY KEY (run, is_output, model_id)
  ) WITHOUT ROWID;

  CREATE TABLE logged_models (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model_id TEXT NOT NULL UNIQUE,
    experiment INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    name TEXT NOT NULL,
    model_type TEXT NOT NULL,
    source_run_id TEXT NOT NULL,
    status TEXT NOT NULL,
    artifact_uri TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    stage INTEGER NOT NULL DEFAULT 0,
    deleted_at INTEGER
  );
  CREATE INDEX logged_models_by_experiment ON logged_models (experiment, stage, created_at);
  CREATE TABLE model_params (model INTEGER NOT NULL, key INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)) WITHOUT ROWID;
  CREATE TABLE model_tags (model INTEGER NOT NULL, key INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)) WITHOUT ROWID;
  -- Metrics that were logged with a model: the latest by run, key and dataset.
  CREATE TABLE model_metrics (
    model INTEGER NOT NULL, key INTEGER NOT NULL, origin INTEGER NOT NULL, run INTEGER NOT NULL,
    step INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, nan INTEGER NOT NULL,
    PRIMARY KEY (model, key, origin, run)
  ) WITHOUT ROWID;

  CREATE TABLE registered_models (
    id INTEGER PRIMARY KEY AUTOINCREMENT, project TEXT NOT NULL, created_by TEXT NOT NULL, name TEXT NOT NULL,
    description TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    -- of the version that is made next: a number is never used twice
    next_version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (project, name)
  );
  CREATE TABLE registered_model_tags (
    model INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model, key)
  ) WITHOUT ROWID;
  CREATE TABLE model_versions (
    model INTEGER NOT NULL, version INTEGER NOT NULL, created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, stage TEXT NOT NULL, description TEXT,
    source TEXT NOT NULL, storage TEXT NOT NULL, run_id TEXT NOT NULL, run_link TEXT NOT NULL, model_id TEXT NOT NULL,
    user_id TEXT, PRIMARY KEY (model, version)
  ) WITHOUT ROWID;
  CREATE INDEX model_versions_by_run ON model_versions (run_id);
  -- The newest of a stage is read without a look at the others.
  CREATE INDEX model_versions_by_stage ON model_versions (model, stage, version);
  CREATE TABLE model_version_tags (
    model INTEGER NOT NULL, version INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (model, version, key)
  ) WITHOUT ROWID;
  CREATE TABLE model_aliases (
    model INTEGER NOT NULL, alias TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (model, alias)
  ) WITHOUT ROWID;

  -- Files below the roots that artifact URIs name ('0/<run>/artifacts/…'), by their content in the blob store.
  CREATE TABLE artifacts (
    path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL, updated_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX artifacts_by_content ON artifacts (sha256);

  -- What clients tell of a trace, whose spans are an artifact. info, tags: JSON, objects.
  CREATE TABLE traces (
    id INTEGER PRIMARY KEY AUTOINCREMENT, trace_id TEXT NOT NULL UNIQUE, experiment INTEGER NOT NULL,
    at INTEGER NOT NULL, info TEXT NOT NULL, tags TEXT NOT NULL
  );
  CREATE INDEX traces_by_time ON traces (experiment, at, id);
  `,
  `
  -- The run that a run is nested in, as its tag mlflow.parentRunId says. deleted_with is 2 where a run went to the trash
  -- with that one.
  ALTER TABLE runs ADD COLUMN parent TEXT;
  UPDATE runs SET parent = (
    SELECT value FROM tags WHERE run = runs.id AND key = (SELECT id FROM keys WHERE name = 'mlflow.parentRunId')
  );
  CREATE INDEX runs_by_parent ON runs (parent) WHERE parent IS NOT NULL;
  CREATE INDEX runs_in_trash ON runs (experiment) WHERE stage = 1;

  -- For what is deleted for good.
  CREATE INDEX model_metrics_by_run ON model_metrics (run);
  CREATE INDEX run_models_by_model ON run_models (model_id);
  CREATE INDEX model_versions_by_model ON model_versions (model_id);
  CREATE INDEX model_versions_by_storage ON model_versions (storage);
  -- What purge-holds.ts asks for by the same conditions.
  CREATE INDEX model_versions_odd ON model_versions (storage)
    WHERE storage GLOB 'mlflow-artifacts:*' AND (storage GLOB '*/[./]*' OR storage NOT GLOB 'mlflow-artifacts:/*');
  CREATE INDEX experiments_elsewhere ON experiments (artifact_location)
    WHERE artifact_location GLOB 'mlflow-artifacts:*' AND artifact_location <> 'mlflow-artifacts:/' || id;
  -- What has no row of its own any more (kind: 'run', 'model', 'experiment'; id: the row's number; name: its id), and
  -- whose other rows and files, those below the path root, are being deleted.
  CREATE TABLE purging (
    kind TEXT NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, root TEXT NOT NULL, PRIMARY KEY (kind, id)
  ) WITHOUT ROWID;
  -- Contents of files that an artifact had, and perhaps nothing has now.
  CREATE TABLE loose_files (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
  -- Without OR IGNORE: in a trigger of an upsert the upsert's own ABORT would stand in its place.
  CREATE TRIGGER artifacts_deleted AFTER DELETE ON artifacts BEGIN
    INSERT INTO loose_files SELECT old.sha256, old.size
      WHERE NOT EXISTS (SELECT 1 FROM loose_files WHERE sha256 = old.sha256);
  END;
  CREATE TRIGGER artifacts_replaced AFTER UPDATE OF sha256 ON artifacts WHEN old.sha256 <> new.sha256 BEGIN
    INSERT INTO loose_files SELECT old.sha256, old.size
      WHERE NOT EXISTS (SELECT 1 FROM loose_files WHERE sha256 = old.sha256);
  END;

  -- Views that were saved: what a page shows, as the query of its address.
  CREATE TABLE tracking_views (
    project TEXT NOT NULL, name TEXT NOT NULL, created_by TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL,
    updated_at INTEGER NOT NULL, PRIMARY KEY (project, name)
  ) WITHOUT ROWID;
  -- How far the events of pipeline runs are tracked: the number of the last one.
  CREATE TABLE pipeline_runs (run TEXT PRIMARY KEY, seq INTEGER NOT NULL, is_over INTEGER NOT NULL) WITHOUT ROWID;
  -- Runs that programs of a tracked step run made.
  CREATE TABLE nested_runs (run TEXT PRIMARY KEY, step TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX nested_runs_by_step ON nested_runs (step, run);
  -- How many of the lines of an attempt of a tracked step run are done, which its runner took for the core.
  CREATE TABLE tracking_lines (
    run TEXT NOT NULL, attempt INTEGER NOT NULL, done INTEGER NOT NULL, PRIMARY KEY (run, attempt)
  ) WITHOUT ROWID;
  `,
]
