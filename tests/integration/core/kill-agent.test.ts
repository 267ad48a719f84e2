import { expect, it, onTestFinished, vi } from 'vitest'
import { type Scenario, startScriptedModel } from '../../../src/main/demo/scripted-model.ts'
import { findMarked } from '../../../src/main/platform/index.ts'
import { Dispatch } from '../../../src/shared/contract/index.ts'
import { openCore } from '../../support/core.ts'
import { git } from '../../support/git.ts'
import { failOnLeftovers, tempFolder } from '../../support/temp.ts'

failOnLeftovers()

const PROMPT = 'Start something in the background.'
const COMMAND = 'setsid sleep 300 >/dev/null 2>&1 & sleep 301'

it('killing an agent run aborts its session, ends what it left in the background, and keeps what it wrote', async () => {
  const prompts: Record<string, Scenario> = {
    [PROMPT]: {
      steps: [
        { tools: [{ name: 'write', args: { filePath: 'kept.txt', content: 'kept\n' } }] },
        { tools: [{ name: 'bash', args: { command: COMMAND, description: 'wait' } }] },
        { text: 'done' },
      ],
    },
  }
  const folder = tempFolder('kill-agent')
  const model = await startScriptedModel({ prompts })
  const core = await openCore(folder, { model })
  onTestFinished(async () => {
    await core.stop()
    await model.close()
  })
  git(folder, 'init', '--quiet', `${folder}/shop`)
  git(`${folder}/shop`, 'commit', '--quiet', '--allow-empty', '--message', 'First')
  const { id: projectId } = await core.projects.add({ path: `${folder}/shop`, name: 'shop' })
  await core.projects.trust(projectId, true)
  const { id } = await core.create({ prompt: PROMPT, projectId, policy: 'allow-all', model: 'fake/fake' })
  const left = (): number => findMarked({ name: 'RUN_ID', value: id }).length
  await vi.waitFor(() => expect(left()).toBeGreaterThanOrEqual(2), { timeout: 60_000 })

  await core.ops.dispatch(Dispatch.parse({ op: 'kill', targets: [id] }))
  const run = await core.until(id, 'succeeded', 'failed', 'cancelled')

  expect(run).toMatchObject({ status: 'cancelled', outcome: 'killed', endedHow: expect.stringMatching(/^(cooperative|term)$/) })
  expect(left()).toBe(0)
  const [worktree] = (await core.worktrees.list(projectId)).filter((each) => each.runId === id)
  await vi.waitFor(() => expect(git(`${folder}/shop`, 'for-each-ref', `refs/controlroom/snapshots/${id}`)).not.toBe(''), {
    timeout: 20_000,
  })
  expect([worktree?.dirty, model.requests.some(({ outcome }) => outcome === 'open')]).toEqual([true, false])
})
