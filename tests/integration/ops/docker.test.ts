import { accessSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createDockerOp } from '../../../src/main/ops/docker.ts'
import { endContainersOfRuns } from '../../../src/main/ops/index.ts'
import { findMarked, isAlive as isRunning, processIdentity } from '../../../src/main/platform/index.ts'
import { openCore } from '../../support/core.ts'
import { type FakeDocker, installDocker, setPath } from '../../support/docker/index.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'
import { type OpScene, openScene, resultOf } from './scene.ts'

failOnLeftovers()

let scene: OpScene
beforeEach(async () => {
  scene = await openScene((deps) => [createDockerOp(deps)])
})

const sh = (script: string) => ({ image: 'alpine', command: 'sh', args: ['-c', script] })
/** Whether a process of this number runs; one that has ended and that nobody has collected yet does not. */
const isAlive = (pid: number): boolean => {
  const identity = processIdentity(pid)
  return identity !== null && isRunning(identity)
}

describe('a container', () => {
  it('is labelled and named for its attempt, works in the run’s folder, and leaves nothing behind', async () => {
    const docker = installDocker()
    const run = await scene.run('docker', { ...sh('pwd; echo oh >&2'), env: { KEY: 'secret' } })
    const attempt = await scene.attemptId(run.id)
    const folder = join(scene.folder, 'scratch', run.id)
    expect(run).toMatchObject({ status: 'succeeded', steps: [{ result: { exitCode: 0, tail: expect.stringContaining(folder) } }] })
    const command = docker.calls().find(([verb]) => verb === 'run')!
    expect(command.slice(0, 8)).toEqual([
      ...['run', '--rm', '--name', `controlroom-${attempt}-0`],
      ...['--label', `run_attempt=${attempt}`, '--label', `run_id=${run.id}`],
    ])
    expect(command.join(' ')).toContain(
      `-e RUN_ATTEMPT_ID -e CONTROLROOM_INSTANCE -e KEY --mount type=bind,source=${folder},target=/workspace`,
    )
    expect(command.slice(-4)).toEqual(['alpine', 'sh', '-c', 'pwd; echo oh >&2'])
    expect(docker.containers()).toEqual([])
    const log = (await scene.events(run.id)).filter(({ kind }) => kind === 'log').map(({ level, message }) => `${level} ${message}`)
    expect(log.sort()).toEqual([`info ${folder}`, 'warn oh'])
  })

  it('gets its environment, and the marks of its attempt with it', async () => {
    const docker = installDocker()
    const { id } = await scene.start('docker', { ...sh('echo up; sleep 600'), env: { KEY: 'secret', PATH: '/opt' } })
    await scene.said(id, 'up')
    expect(docker.containers()[0]!.env).toMatchObject({
      KEY: 'secret',
      PATH: '/opt',
      RUN_ID: id,
      RUN_ATTEMPT_ID: await scene.attemptId(id),
    })
    await scene.cancel(id)
    await scene.until(id, 'cancelled')
  })

  it('that fails is an error with its exit code and last words', async () => {
    installDocker()
    const run = await scene.run('docker', sh('echo no luck; exit 3'))
    expect(run).toMatchObject({ status: 'failed', error: { code: 'EXIT_CODE', message: 'The container exited with code 3.' } })
    expect(resultOf(run)).toMatchObject({ exitCode: 3, tail: 'no luck\n' })
  })

  it('that docker does not start is told apart from one that failed', async () => {
    installDocker()
    const run = await scene.run('docker', { image: 'missing' })
    expect(run.error).toMatchObject({ code: 'DOCKER_FAILED', message: expect.stringContaining("Unable to find image 'missing:latest'") })
  })
})

describe('without docker', () => {
  it('a run is refused where the command is missing, and told what to do', async () => {
    setPath(tempFolder('empty'))
    const run = await scene.run('docker', { image: 'alpine' })
    expect(run).toMatchObject({ outcome: 'validation_failed', error: { code: 'DOCKER_MISSING', retryable: false } })
    expect(run.error?.message).toMatch(/install Docker/)
  })

  it('a run is refused where the daemon is down, and told what to do', async () => {
    installDocker().mode('down')
    const run = await scene.run('docker', { image: 'alpine' })
    expect(run).toMatchObject({ outcome: 'validation_failed', error: { code: 'DOCKER_UNREACHABLE', retryable: false } })
    expect(run.error?.message).toMatch(/start Docker.*Cannot connect to the Docker daemon/)
  })

  it('a run is refused by what is really on this machine, when its daemon cannot be reached', async () => {
    const before = process.env.DOCKER_HOST
    process.env.DOCKER_HOST = `unix://${join(tempFolder('nothing'), 'docker.sock')}`
    onTestFinished(() => {
      if (before === undefined) delete process.env.DOCKER_HOST
      else process.env.DOCKER_HOST = before
    })
    const run = await scene.run('docker', { image: 'alpine' })
    expect(run).toMatchObject({
      outcome: 'validation_failed',
      error: { code: isOnPath('docker') ? 'DOCKER_UNREACHABLE' : 'DOCKER_MISSING' },
    })
  })
})

describe('a cancel', () => {
  /** Starts a container that runs until it is stopped, cancels its run and returns it ended. */
  async function cancelled(docker: FakeDocker, script: string) {
    const { id } = await scene.start('docker', sh(script))
    await scene.said(id, 'up')
    const [container] = docker.containers()
    await scene.cancel(id)
    const run = await scene.until(id, 'cancelled', 'failed', 'succeeded')
    const verbs = docker.calls().map(([verb]) => verb)
    return { run, verbs: verbs.slice(verbs.indexOf('run') + 1), pid: container!.pid }
  }

  it('stops the container by its label and lets it end by itself', async () => {
    const docker = installDocker()
    const { run, verbs, pid } = await cancelled(docker, 'echo up; sleep 600')
    expect([run.status, run.error, resultOf(run).how]).toEqual(['cancelled', null, 'term'])
    expect([verbs.slice(0, 2), verbs.includes('kill'), docker.containers(), isAlive(pid)]).toEqual([['ps', 'stop'], false, [], false])
  })

  it('kills and removes one that the daemon does not stop', async () => {
    const docker = installDocker()
    docker.mode('no-stop')
    const { run, verbs, pid } = await cancelled(docker, 'echo up; sleep 600')
    expect([run.status, resultOf(run).how]).toEqual(['cancelled', 'kill'])
    expect([verbs.slice(0, 5), docker.containers(), isAlive(pid)]).toEqual([['ps', 'stop', 'ps', 'kill', 'rm'], [], false])
  })

  it('says so when nothing helps', async () => {
    const docker = installDocker()
    docker.mode('stuck')
    const { run } = await cancelled(docker, 'echo up; sleep 600')
    expect(run.steps[0]!.error).toMatchObject({ code: 'SURVIVORS', message: expect.stringContaining('docker rm --force controlroom-') })
  })
})

describe('a kill', () => {
  /** Starts a container, has its run ended, and returns what docker was asked from then on. */
  async function killed(docker: FakeDocker, script: string, kill: (id: string) => Promise<unknown>) {
    const { id } = await scene.start('docker', sh(script))
    await scene.said(id, 'up')
    const [container] = docker.containers()
    const asked = docker.calls().length
    await kill(id)
    const run = await scene.until(id, 'cancelled', 'failed', 'succeeded')
    return { run, calls: docker.calls().slice(asked), pid: container!.pid }
  }
  const STUBBORN = 'trap "" TERM INT; echo up; while :; do sleep 0.1; done'

  it('by SIGKILL is docker kill, and nothing is stopped first', async () => {
    const docker = installDocker()
    const { run, calls, pid } = await killed(docker, STUBBORN, (id) => scene.kill(id, 'SIGKILL'))
    expect(run).toMatchObject({ status: 'cancelled', outcome: 'killed', endedHow: 'kill', cancelSignal: 'SIGKILL' })
    expect(calls.map(([verb]) => verb).slice(0, 2)).toEqual(['ps', 'kill'])
    expect([calls.some(([verb]) => verb === 'stop'), docker.containers(), isAlive(pid)]).toEqual([false, [], false])
  })

  it.each([
    ['SIGTERM', ['stop', '-t', '5']],
    ['SIGINT', ['stop', '-t', '5', '--signal', 'SIGINT']],
  ] as const)('by %s is docker stop, which gives it its time', async (signal, expected) => {
    const docker = installDocker()
    const script = 'trap "echo got TERM; exit 0" TERM; trap "echo got INT; exit 0" INT; echo up; while :; do sleep 0.1; done'
    const { run, calls, pid } = await killed(docker, script, (id) => scene.kill(id, signal))
    expect(run).toMatchObject({ outcome: 'killed', endedHow: 'term', cancelSignal: signal })
    expect(resultOf(run).tail).toContain(`got ${signal.slice('SIG'.length)}`)
    expect(calls.find(([verb]) => verb === 'stop')?.slice(0, -1)).toEqual(expected)
    expect([calls.some(([verb]) => verb === 'kill'), docker.containers(), isAlive(pid)]).toEqual([false, [], false])
  })

  it('by SIGKILL hastens a cancel that is giving the container its time', async () => {
    const docker = installDocker()
    const { run, calls, pid } = await killed(docker, STUBBORN, async (id) => {
      await scene.cancel(id)
      await vi.waitFor(() => expect(docker.calls().some(([verb]) => verb === 'stop')).toBe(true), { timeout: 10_000 })
      await scene.kill(id, 'SIGKILL')
    })
    expect(run).toMatchObject({ status: 'cancelled', outcome: 'killed', endedHow: 'kill' })
    expect(calls.map(([verb]) => verb).slice(0, 4)).toEqual(['ps', 'stop', 'ps', 'kill'])
    expect([docker.containers(), isAlive(pid)]).toEqual([[], false])
  })
})

describe('what is left over', () => {
  it('is ended when the docker command was killed and its container was not', async () => {
    const docker = installDocker()
    const { id } = await scene.start('docker', sh('echo up; sleep 600'))
    await scene.said(id, 'up')
    const [container] = docker.containers()
    const [command] = commandsOf(id)
    process.kill(command!, 'SIGKILL')
    const run = await scene.until(id, 'failed')
    expect([run.error?.message, docker.containers(), isAlive(container!.pid)]).toEqual(['docker was ended by SIGKILL.', [], false])
  })

  it('from a host that died is found by its run, and nobody else’s is touched', async () => {
    const docker = installDocker()
    await docker.leaveBehind('--label', 'run_id=run1', '--name', 'one', 'alpine', 'sleep', '600')
    await docker.leaveBehind('--label', 'run_id=run2', '--name', 'two', 'alpine', 'sleep', '600')
    expect(await endContainersOfRuns(['run1', 'run3'])).toEqual([])
    expect(docker.containers().map(({ name }) => name)).toEqual(['two'])
  })

  it('from an earlier host is ended before the next one claims anything', async () => {
    const docker = installDocker()
    const folder = tempFolder('core')
    const first = await openCore(folder)
    const { id } = await first.create({ steps: [{ op: 'docker', params: sh('sleep 600') }] })
    await vi.waitFor(() => expect(docker.containers()).toHaveLength(1), { timeout: 20_000 })
    await first.stop()
    expect(docker.containers()).toEqual([])
    await docker.leaveBehind('--label', `run_id=${id}`, '--name', 'left', 'alpine', 'sleep', '600')
    const second = await openCore(folder, { concurrency: 0, model: first.model })
    await second.ready
    expect([docker.containers(), (await second.runs.get(id)).status]).toEqual([[], 'queued'])
    await second.stop()
    await first.model.close()
  })

  it('is named when the daemon cannot be asked', async () => {
    installDocker().mode('down')
    expect(await endContainersOfRuns(['run1'])).toEqual(['run_id=run1'])
  })
})

/** Processes of a run that are the docker command itself. */
function commandsOf(runId: string): number[] {
  return findMarked({ name: 'RUN_ID', value: runId }).map(({ pid }) => pid)
}

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command))
      return true
    } catch {
      return false
    }
  })
}
