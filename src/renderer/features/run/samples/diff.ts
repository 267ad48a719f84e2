import type { RunDiff } from '../../../../shared/contract/index.ts'
import type { FileDiff } from '../../../../shared/models/index.ts'

const patchOf = (path: string, lines: number, seed = 0): string => {
  const body: string[] = []
  let added = 0
  let removed = 0
  for (let i = 0; i < lines; i++) {
    const kind = (i + seed) % 7
    if (kind < 3) body.push(` const value${i} = compute(${i}, options.depth) // stays`)
    else if (kind < 5) {
      body.push(`-  return legacy(${i}, token)`)
      removed += 1
    } else {
      body.push(`+  return session.find(store, ${i})?.user ?? null`)
      added += 1
    }
  }
  const context = lines - added - removed
  return `diff --git a/${path} b/${path}\nindex 1111111..2222222 100644\n--- a/${path}\n+++ b/${path}\n@@ -10,${context + removed} +10,${context + added} @@ export function area${seed}() {\n${body.join('\n')}\n`
}

const fileOf = (path: string, lines: number, seed: number, fields: Partial<FileDiff> = {}): FileDiff => {
  const patch = patchOf(path, lines, seed)
  return {
    path,
    oldPath: null,
    status: 'modified',
    additions: patch.match(/^\+(?!\+\+)/gm)?.length ?? 0,
    deletions: patch.match(/^-(?!--)/gm)?.length ?? 0,
    binary: false,
    patch,
    truncated: false,
    ...fields,
  }
}

const SESSION = `import { randomBytes } from 'node:crypto'
import type { SessionStore } from './session-store'

/** Opens a session for a user and returns its cookie. */
export async function openSession(store: SessionStore, userId: string) {
  const id = randomBytes(32).toString('base64url')
  await store.save({ id, userId, expiresAt: Date.now() + WEEK })
  return { name: 'sid', value: id, httpOnly: true, sameSite: 'strict' as const }
}
`.split('\n')

/** Six files as a run usually leaves them: new, changed, moved, deleted, binary, too large. */
export const usualDiff = (): RunDiff => ({
  base: '4be21a7c0912',
  head: '91ab00d17c3e',
  files: [
    {
      path: 'src/auth/session.ts',
      oldPath: null,
      status: 'added',
      additions: SESSION.length - 1,
      deletions: 0,
      binary: false,
      truncated: false,
      patch: `diff --git a/src/auth/session.ts b/src/auth/session.ts\nnew file mode 100644\nindex 0000000..3333333\n--- /dev/null\n+++ b/src/auth/session.ts\n@@ -0,0 +1,${SESSION.length - 1} @@\n${SESSION.slice(
        0,
        -1,
      )
        .map((line) => `+${line}`)
        .join('\n')}\n`,
    },
    {
      path: 'src/auth/middleware.ts',
      oldPath: null,
      status: 'modified',
      additions: 4,
      deletions: 3,
      binary: false,
      truncated: false,
      patch: `diff --git a/src/auth/middleware.ts b/src/auth/middleware.ts\nindex 1111111..2222222 100644\n--- a/src/auth/middleware.ts\n+++ b/src/auth/middleware.ts\n@@ -1,4 +1,5 @@\n import type { NextFunction, Request, Response } from 'express'\n+import { findSession } from './session'\n \n const PUBLIC = new Set(['/health', '/login'])\n \n@@ -14,7 +15,7 @@ const PUBLIC = new Set(['/health', '/login'])\n export async function requireUser(req: Request, res: Response, next: NextFunction) {\n   if (PUBLIC.has(req.path)) return next()\n-  const token = req.cookies.jwt\n-  if (!token) return res.sendStatus(401)\n-  req.user = verify(token)\n+  const session = await findSession(store, req.cookies.sid)\n+  if (!session) return res.sendStatus(401)\n+  req.user = session.user\n   next()\n }\n`,
    },
    fileOf('src/auth/store/memory-session-store.ts', 1, 5, {
      status: 'renamed',
      oldPath: 'src/auth/memory-store.ts',
      patch: '',
      additions: 0,
      deletions: 0,
    }),
    fileOf('src/api/logout.ts', 14, 2),
    fileOf('docs/auth-flow.png', 1, 0, { binary: true, patch: '', additions: 0, deletions: 0 }),
    fileOf('package-lock.json', 1, 0, { truncated: true, patch: '', additions: 2_481, deletions: 1_960 }),
  ],
})

/** Three hundred files, some of them long. */
export const hugeDiff = (files = 300): RunDiff => ({
  base: '4be21a7c0912',
  head: '91ab00d17c3e',
  files: Array.from({ length: files }, (_, i) =>
    fileOf(
      `src/${['orders', 'billing', 'auth', 'catalogue/search'][i % 4]}/${i % 3 ? 'services/' : ''}part-${String(i).padStart(3, '0')}.ts`,
      i === 7 ? 6_000 : 20 + ((i * 37) % 260),
      i,
    ),
  ),
})
