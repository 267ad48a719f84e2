import { z } from 'zod'
import { ATTEMPT_LABEL, RUN_LABEL } from './cli.ts'

export const DockerParams = z.strictObject({
  image: z
    .string()
    .max(1_000)
    .regex(/^[a-zA-Z0-9][\w.:/@-]*$/, 'an image is named like registry/name:tag'),
  /** What the container runs; the image's own when left out. */
  command: z.string().min(1).max(100_000).optional(),
  args: z.array(z.string().max(100_000)).max(1_000).default([]),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment name has letters, digits and underscores'), z.string())
    .default({}),
  /** Whether the run's folder is there as `/workspace`, which is then where the command starts. */
  mountWorkspace: z.boolean().default(true),
  /** `none` for no network at all; the daemon's default when left out. */
  network: z
    .string()
    .max(200)
    .regex(/^[a-zA-Z0-9][\w.:-]*$/, 'a network is named with letters, digits, points and hyphens')
    .optional(),
})
export type DockerParams = z.infer<typeof DockerParams>

/** Variables that the docker command itself would take for its own. */
const OF_THE_COMMAND = /^(path|home|user|tmpdir|docker_.*|buildkit_.*|ld_.*|dyld_.*|ssh_.*|xdg_.*|(https?|no|all|ftp)_proxy)$/i

/**
 * Builds the command line of `docker run`, and the environment it is started with.
 *
 * Values go through the environment, named only by `-e NAME`: a command line can be read by everybody on the machine.
 */
export function dockerRun(
  params: DockerParams,
  attempt: { runId: string; attemptId: string; step: number; directory: string; env: Readonly<Record<string, string | undefined>> },
): { args: string[]; env: Record<string, string | undefined> } {
  const { runId, attemptId, step, directory } = attempt
  const env = { ...attempt.env, RUN_ID: runId, RUN_ATTEMPT_ID: attemptId }
  const marks = Object.keys(env).filter((name) => env[name as keyof typeof env] !== undefined)
  const own = Object.entries(params.env).filter(([name]) => !(name in env))
  const hidden = own.filter(([name]) => !OF_THE_COMMAND.test(name))
  const args = [
    'run',
    '--rm',
    ...['--name', `controlroom-${attemptId}-${step}`],
    ...['--label', `${ATTEMPT_LABEL}=${attemptId}`, '--label', `${RUN_LABEL}=${runId}`],
    ...marks.flatMap((name) => ['-e', name]),
    ...own.flatMap(([name, value]) => ['-e', OF_THE_COMMAND.test(name) ? `${name}=${value}` : name]),
    ...(params.mountWorkspace ? ['--mount', `type=bind,${csv(`source=${directory}`)},target=/workspace`, '--workdir', '/workspace'] : []),
    ...(params.network === undefined ? [] : ['--network', params.network]),
    params.image,
    ...(params.command === undefined ? [] : [params.command]),
    ...params.args,
  ]
  return { args, env: { ...Object.fromEntries(hidden), ...env } }
}

/** A field of a comma-separated list. */
const csv = (field: string): string => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
