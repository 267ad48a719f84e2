/**
 * Version 1: every table of the queue and of what hangs on a run.
 *
 * Invariants, held by checks and triggers:
 * - a run has an `attempt_id` exactly while it is live, an `ended_at` exactly while it is ended, and progress 1 only when it succeeded
 * - `last_seq` is the number of its last event; events count from 1 without gaps
 * - `lanes.queued` and `lanes.running` count the lane's queued and live runs
 * - `cancel_mode` is set exactly while a run is `cancelling`; a run that waits for a target to come back has a `reconnect`, and keeps it when it ended
 * - a step's clock stands still (`paused_at`) only while it runs
 * - `runs_claim` has exactly the order of a claim, so that a claim reads heads and never sorts
 *
 * Times are UTC epoch milliseconds. JSON is text. Projects, sessions and worktrees are named by id only: they may be forgotten while their runs stay.
 */
export const firstTables = {
  version: 1,
  name: 'first-tables',
  sql: `
CREATE TABLE projects (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  path TEXT NOT NULL UNIQUE,
  default_branch TEXT,
  trusted INTEGER NOT NULL DEFAULT 0,
  settings TEXT NOT NULL DEFAULT '{}',
  added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE lanes (
  name TEXT NOT NULL PRIMARY KEY,
  "limit" INTEGER NOT NULL CHECK ("limit" >= 0),
  paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  queued INTEGER NOT NULL DEFAULT 0 CHECK (queued >= 0),
  running INTEGER NOT NULL DEFAULT 0 CHECK (running >= 0)
) STRICT;
INSERT INTO lanes (name, "limit") VALUES ('A', 4), ('B', 2), ('C', 2), ('D', 1);

CREATE TABLE runs (
  id TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  op TEXT NOT NULL,
  template TEXT,
  model TEXT,
  project_id TEXT,
  provider TEXT,
  limit_key TEXT NOT NULL,
  lane TEXT NOT NULL REFERENCES lanes (name),
  priority INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN
    ('scheduled', 'queued', 'running', 'awaiting_reconnect', 'cancelling', 'succeeded', 'failed', 'cancelled')),
  outcome TEXT,
  attention TEXT,
  progress REAL NOT NULL DEFAULT -1,
  message TEXT NOT NULL DEFAULT '',
  attempt INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  lost INTEGER NOT NULL DEFAULT 0,
  max_lost INTEGER NOT NULL,
  run_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  queued_at INTEGER,
  started_at INTEGER,
  ended_at INTEGER,
  attempt_id TEXT,
  session_id TEXT,
  worktree_id TEXT,
  cancel_reason TEXT,
  cancel_mode TEXT CHECK (cancel_mode IN ('cancel', 'kill')),
  cancel_signal TEXT CHECK (cancel_signal IN ('SIGTERM', 'SIGINT', 'SIGKILL')),
  ended_how TEXT CHECK (ended_how IN ('cooperative', 'term', 'kill', 'fenced')),
  target TEXT,
  reconnect TEXT,
  dismissed INTEGER NOT NULL DEFAULT 0 CHECK (dismissed IN (0, 1)),
  cost REAL NOT NULL DEFAULT 0,
  idempotency_key TEXT,
  last_seq INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  params TEXT NOT NULL DEFAULT '{}',
  CHECK ((attempt_id IS NOT NULL) = (status IN ('running', 'awaiting_reconnect', 'cancelling'))),
  CHECK ((ended_at IS NOT NULL) = (status IN ('succeeded', 'failed', 'cancelled'))),
  CHECK ((status = 'succeeded') = (progress = 1)),
  CHECK ((cancel_mode IS NOT NULL) = (status = 'cancelling')),
  CHECK (status <> 'awaiting_reconnect' OR reconnect IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX runs_idempotency ON runs (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX runs_claim ON runs (lane, limit_key, priority, run_at, id) WHERE status = 'queued';
CREATE INDEX runs_oldest ON runs (lane, queued_at) WHERE status = 'queued';
CREATE INDEX runs_due ON runs (run_at, id) WHERE status = 'scheduled';
CREATE INDEX runs_live ON runs (lane, limit_key) WHERE attempt_id IS NOT NULL;
CREATE INDEX runs_ended ON runs (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX runs_failed ON runs (id) WHERE status = 'failed' AND dismissed = 0;
CREATE INDEX runs_status ON runs (status, id);
CREATE INDEX runs_lane ON runs (lane, id);
CREATE INDEX runs_project ON runs (project_id, id) WHERE project_id IS NOT NULL;
CREATE INDEX runs_reconnect ON runs (json_extract(reconnect, '$.workerId'), id) WHERE reconnect IS NOT NULL;
CREATE INDEX runs_template ON runs (template, id) WHERE template IS NOT NULL;

CREATE TRIGGER lanes_count_insert AFTER INSERT ON runs BEGIN
  UPDATE lanes SET queued = queued + (NEW.status = 'queued'), running = running + (NEW.attempt_id IS NOT NULL) WHERE name = NEW.lane;
END;
CREATE TRIGGER lanes_count_update AFTER UPDATE OF status ON runs WHEN OLD.status <> NEW.status AND OLD.lane = NEW.lane BEGIN
  UPDATE lanes SET
    queued = queued + (NEW.status = 'queued') - (OLD.status = 'queued'),
    running = running + (NEW.attempt_id IS NOT NULL) - (OLD.attempt_id IS NOT NULL)
  WHERE name = NEW.lane;
END;
CREATE TRIGGER lanes_count_move AFTER UPDATE OF lane ON runs WHEN OLD.lane <> NEW.lane BEGIN
  UPDATE lanes SET queued = queued - (OLD.status = 'queued'), running = running - (OLD.attempt_id IS NOT NULL) WHERE name = OLD.lane;
  UPDATE lanes SET queued = queued + (NEW.status = 'queued'), running = running + (NEW.attempt_id IS NOT NULL) WHERE name = NEW.lane;
END;
CREATE TRIGGER lanes_count_delete AFTER DELETE ON runs BEGIN
  UPDATE lanes SET queued = queued - (OLD.status = 'queued'), running = running - (OLD.attempt_id IS NOT NULL) WHERE name = OLD.lane;
END;

CREATE TABLE run_attempts (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  n INTEGER NOT NULL,
  lease_token TEXT NOT NULL,
  worker_id TEXT NOT NULL,
  instance_id TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  heartbeat_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  ended_at INTEGER,
  outcome TEXT,
  error TEXT,
  result TEXT,
  completed INTEGER NOT NULL DEFAULT 0 CHECK (completed IN (0, 1)),
  PRIMARY KEY (run_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_attempts_lease ON run_attempts (lease_until) WHERE ended_at IS NULL;

CREATE TABLE run_steps (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  op TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'running', 'succeeded', 'failed', 'cancelled')),
  outcome TEXT,
  started_at INTEGER,
  ended_at INTEGER,
  warning_at INTEGER,
  timeout_at INTEGER,
  timeout_status TEXT NOT NULL DEFAULT 'normal' CHECK (timeout_status IN ('normal', 'warning', 'timed_out')),
  on_timeout TEXT CHECK (on_timeout IN ('ask', 'kill')),
  paused_at INTEGER,
  continue_on_error INTEGER NOT NULL DEFAULT 0 CHECK (continue_on_error IN (0, 1)),
  timeouts TEXT,
  error TEXT,
  result TEXT,
  params TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (run_id, step),
  CHECK (paused_at IS NULL OR status = 'running')
) STRICT;
CREATE INDEX run_steps_running ON run_steps (run_id, step) WHERE status = 'running';

CREATE TABLE run_events (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  seq INTEGER NOT NULL CHECK (seq > 0),
  at INTEGER NOT NULL,
  attempt_id TEXT,
  step INTEGER,
  kind TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
  message TEXT NOT NULL,
  data TEXT,
  PRIMARY KEY (run_id, seq)
) STRICT;

CREATE TABLE artifacts (
  id TEXT NOT NULL PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  attempt_id TEXT,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
  sha256 TEXT NOT NULL,
  text TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX artifacts_run ON artifacts (run_id, id);
CREATE INDEX artifacts_content ON artifacts (sha256);

CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
  project_id TEXT,
  worktree_id TEXT,
  title TEXT NOT NULL DEFAULT '',
  model TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_run ON sessions (run_id);

CREATE TABLE run_templates (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  lane TEXT NOT NULL DEFAULT 'A' REFERENCES lanes (name),
  params_schema TEXT NOT NULL DEFAULT '{}',
  steps TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE spec_docs (
  id TEXT NOT NULL PRIMARY KEY,
  run_id TEXT REFERENCES runs (id) ON DELETE SET NULL,
  project_id TEXT,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX spec_docs_run ON spec_docs (run_id);

CREATE TABLE workers (
  instance_id TEXT NOT NULL PRIMARY KEY,
  worker_id TEXT NOT NULL,
  pid INTEGER NOT NULL,
  process_started_at TEXT,
  host TEXT NOT NULL,
  lanes TEXT NOT NULL DEFAULT '[]',
  version TEXT,
  content_hash TEXT,
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  stopped_at INTEGER
) STRICT;

CREATE TABLE operations_history (
  id TEXT NOT NULL PRIMARY KEY,
  started_at INTEGER NOT NULL,
  operation TEXT NOT NULL
) STRICT;
CREATE INDEX operations_history_start ON operations_history (started_at, id);
`,
} as const
