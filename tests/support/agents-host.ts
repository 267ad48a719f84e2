/**
 * A small host of agents in a process of its own, to be killed: starts one turn and prints `{pid}` of its OpenCode server once the model is being asked.
 *
 * Arguments: data folder, repository, base URL of a scripted model. It has no watchdog, as if that had been killed with it.
 */
import { createAgents } from '../../src/main/agents/index.ts'
import { opencodeConfig } from '../../src/main/demo/scripted-model.ts'
import { dataPaths, newId, silentLogger, systemClock } from '../../src/main/platform/index.ts'
import { createSupervisor } from '../../src/main/supervision/index.ts'
import { Settings } from '../../src/shared/models/index.ts'

const [dataDir, directory, modelUrl] = process.argv.slice(2) as [string, string, string]
const supervisor = createSupervisor({ clock: systemClock })
supervisor.start()
const agents = createAgents({
  supervisor,
  paths: dataPaths(dataDir),
  settings: () => Settings.parse({}),
  clock: systemClock,
  logger: silentLogger,
  watchdog: { add: () => {}, remove: () => {} },
  instanceId: newId(),
  isolated: true,
  extraConfig: () => opencodeConfig(modelUrl),
})
const command = { name: 'bash', args: { command: 'sleep 300 & sleep 300', description: 'wait' } }
const ending = await agents.runTurn({
  runId: newId(),
  attemptId: newId(),
  directory,
  title: 'A turn that is cut off',
  prompt: `@@fake ${JSON.stringify({ steps: [{ tools: [command] }] })}`,
  messageId: 'msg_step0',
  model: null,
  policy: 'allow-all',
  sessionId: null,
  signal: new AbortController().signal,
  onSession: async () => {},
  emit: () => {},
  progress: () => {},
  live: (part) => {
    if (part.tool === 'bash' && part.text) process.stdout.write(`${JSON.stringify({ pid: agents.status().pid })}\n`)
  },
  delta: () => {},
  dropLive: () => {},
  attention: () => {},
  addCost: () => {},
})
process.stdout.write(`${JSON.stringify({ ending })}\n`)
