/**
 * Time limits that reach workers elsewhere, endings that say how, and answers that outlive the thread that gives them.
 *
 * - `cancel_mode` may be `timeout`, and `fence_at` is set with it exactly while a run is `cancelling`: the moment from which its worker has no lease
 * - `run_attempts.ended_how` says what it took; `run_steps.timed_from` since when a step's time counts
 * - `last_answers` holds what a writer's newest transaction answered, written with it: whoever asked can be told although the writer died before it could
 *
 * SQLite cannot change a check, so `runs` is made again.
 */
export const timeLimits = {
  version: 2,
  name: 'time-limits',
  sql: `
CREATE TABLE runs_next (
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
  cancel_mode TEXT CHECK (cancel_mode IN ('cancel', 'kill', 'timeout')),
  cancel_signal TEXT CHECK (cancel_signal IN ('SIGTERM', 'SIGINT', 'SIGKILL')),
  fence_at INTEGER,
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
  CHECK ((fence_at IS NOT NULL) = (status = 'cancelling')),
  CHECK (status <> 'awaiting_reconnect' OR reconnect IS NOT NULL)
) STRICT;
INSERT INTO runs_next (
  id, title, op, template, model, project_id, provider, limit_key, lane, priority, status, outcome, attention, progress, message, attempt,
  max_attempts, lost, max_lost, run_at, created_at, queued_at, started_at, ended_at, attempt_id, session_id, worktree_id, cancel_reason,
  cancel_mode, cancel_signal, ended_how, target, reconnect, dismissed, cost, idempotency_key, last_seq, error, params,
  fence_at
) SELECT
  id, title, op, template, model, project_id, provider, limit_key, lane, priority, status, outcome, attention, progress, message, attempt,
  max_attempts, lost, max_lost, run_at, created_at, queued_at, started_at, ended_at, attempt_id, session_id, worktree_id, cancel_reason,
  cancel_mode, cancel_signal, ended_how, target, reconnect, dismissed, cost, idempotency_key, last_seq, error, params,
  iif(status = 'cancelling', CAST(unixepoch('subsec') * 1000 AS INTEGER) + 30000, NULL)
FROM runs;
DROP TABLE runs;
ALTER TABLE runs_next RENAME TO runs;
CREATE UNIQUE INDEX runs_idempotency ON runs (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX runs_claim ON runs (lane, limit_key, priority, run_at, id) WHERE status = 'queued';
CREATE INDEX runs_oldest ON runs (lane, queued_at) WHERE status = 'queued';
CREATE INDEX runs_due ON runs (run_at, id) WHERE status = 'scheduled';
CREATE INDEX runs_fence ON runs (fence_at) WHERE fence_at IS NOT NULL;
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

ALTER TABLE run_attempts ADD COLUMN ended_how TEXT CHECK (ended_how IN ('cooperative', 'term', 'kill', 'fenced'));
ALTER TABLE run_steps ADD COLUMN timed_from INTEGER;

CREATE TABLE last_answers (
  life TEXT NOT NULL PRIMARY KEY,
  answer BLOB NOT NULL
) STRICT;
`,
} as const
