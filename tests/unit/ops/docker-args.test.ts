import { expect, it } from 'vitest'
import { DockerParams, dockerRun } from '../../../src/main/ops/docker/run-args.ts'

const attempt = {
  runId: 'run1',
  attemptId: 'attempt1',
  step: 2,
  directory: '/data/tree',
  env: { RUN_ID: 'run1', RUN_ATTEMPT_ID: 'attempt1', CONTROLROOM_TOKEN: undefined },
}
const build = (params: object) => dockerRun(DockerParams.parse({ image: 'alpine:3', ...params }), attempt)

it('a container is named, labelled and given the marks of its attempt, and starts in the workspace', () => {
  expect(build({ command: 'echo', args: ['-n', 'hi'], network: 'none' }).args).toEqual([
    'run',
    '--rm',
    ...['--name', 'controlroom-attempt1-2'],
    ...['--label', 'run_attempt=attempt1', '--label', 'run_id=run1'],
    ...['-e', 'RUN_ID', '-e', 'RUN_ATTEMPT_ID'],
    ...['--mount', 'type=bind,source=/data/tree,target=/workspace', '--workdir', '/workspace'],
    ...['--network', 'none'],
    'alpine:3',
    ...['echo', '-n', 'hi'],
  ])
})

it('values of the environment stay out of the command line, but for those that the docker command would take for its own', () => {
  const { args, env } = build({ env: { API_KEY: 'secret', PATH: '/opt/bin', DOCKER_HOST: 'tcp://inside' } })
  expect(args.join(' ')).toContain('-e API_KEY -e PATH=/opt/bin -e DOCKER_HOST=tcp://inside')
  expect(args.join(' ')).not.toContain('secret')
  expect(env).toEqual({ API_KEY: 'secret', RUN_ID: 'run1', RUN_ATTEMPT_ID: 'attempt1', CONTROLROOM_TOKEN: undefined })
})

it('the marks cannot be replaced', () => {
  const { args, env } = build({ env: { RUN_ATTEMPT_ID: 'another' } })
  expect([args.filter((arg) => arg === 'RUN_ATTEMPT_ID').length, env.RUN_ATTEMPT_ID]).toEqual([1, 'attempt1'])
})

it('a folder with a comma in its name is mounted whole', () => {
  const { args } = dockerRun(DockerParams.parse({ image: 'a' }), { ...attempt, directory: '/data/a,b' })
  expect(args).toContain('type=bind,"source=/data/a,b",target=/workspace')
})

it('nothing is mounted when that is not wanted', () => {
  expect(build({ mountWorkspace: false }).args.join(' ')).not.toMatch(/mount|workdir/)
})
