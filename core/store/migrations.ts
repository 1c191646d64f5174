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
]
