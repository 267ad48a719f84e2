/**
 * Stands in for the docker command and its daemon where no engine runs: containers are processes of their own that do not end with the command.
 *
 * Its folder (`FAKE_DOCKER`) holds what it was asked (`calls`, a JSON line each), its containers, and how it behaves (`mode`: `down`, `no-stop`, `stuck`).
 */
const { spawn } = require('node:child_process')
const { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const folder = process.env.FAKE_DOCKER
const containers = join(folder, 'containers')
const [verb, ...args] = process.argv.slice(2)
mkdirSync(containers, { recursive: true })
appendFileSync(join(folder, 'calls'), `${JSON.stringify([verb, ...args])}\n`)

const mode = readMode()
const fileOf = (id) => join(containers, `${id}.json`)
const known = () => readdirSync(containers).map((name) => JSON.parse(readFileSync(join(containers, name), 'utf8')))
const find = (name) => known().find((container) => container.id === name || container.name === name)
const remove = (id) => rmSync(fileOf(id), { force: true })

function readMode() {
  try {
    return readFileSync(join(folder, 'mode'), 'utf8')
  } catch {
    return ''
  }
}

function isAlive(pid) {
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}

function signal({ pid }, name) {
  try {
    process.kill(-pid, name)
  } catch {
    // Ended already.
  }
}

const gone = async (container, seconds) => {
  for (let i = 0; i < seconds * 50 && isAlive(container.pid); i++) await new Promise((resolve) => setTimeout(resolve, 20))
  return !isAlive(container.pid)
}

/** Takes `docker run`'s options apart; all but `--rm` have a value. */
function parseRun() {
  const options = []
  let rest = args
  while (rest[0]?.startsWith('-')) {
    const [name, value] = rest
    options.push(name === '--rm' ? [name, ''] : [name, value])
    rest = rest.slice(name === '--rm' ? 1 : 2)
  }
  const values = (name) => options.filter(([option]) => option === name).map(([, value]) => value)
  return { values, image: rest[0], command: rest.slice(1) }
}

function runContainer() {
  const { values, image, command } = parseRun()
  if (image === 'missing') return fail(125, `Unable to find image '${image}:latest' locally`)
  const [name] = values('--name')
  if (find(name)) return fail(125, `Conflict. The container name "/${name}" is already in use.`)
  const source = /source=("?)(.*?)\1,target/.exec(values('--mount')[0] ?? '')?.[2]
  const env = Object.fromEntries(
    values('-e').map((entry) =>
      entry.includes('=') ? [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] : [entry, process.env[entry]],
    ),
  )
  const id = Math.random().toString(16).slice(2, 14)
  // Not with the attempt's marks: a daemon's containers are not found in this machine's process table.
  const child = spawn(command[0], command.slice(1), {
    cwd: source,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: process.env.PATH, CONTROLROOM_TEST: process.env.CONTROLROOM_TEST },
  })
  // In one piece: whoever looks meanwhile sees all of it or nothing.
  writeFileSync(join(folder, id), JSON.stringify({ id, name, labels: values('--label'), pid: child.pid, env, image }))
  renameSync(join(folder, id), fileOf(id))
  child.once('error', () => {
    remove(id)
    fail(127, `exec: "${command[0]}": executable file not found in $PATH`)
  })
  child.once('exit', (code, exitSignal) => {
    if (mode !== 'stuck') remove(id)
    process.exit(exitSignal ? 137 : code)
  })
}

/** Takes the options of `docker stop` apart; each has a value. */
function parseStop() {
  const options = {}
  let rest = args
  for (; rest[0]?.startsWith('-'); rest = rest.slice(2)) options[rest[0]] = rest[1]
  return { seconds: Number(options['-t'] ?? 10), name: options['--signal'] ?? 'SIGTERM', ids: rest }
}

async function stop() {
  const { seconds, name, ids } = parseStop()
  for (const id of ids) {
    const container = find(id)
    if (!container || mode === 'no-stop' || mode === 'stuck') continue
    signal(container, name)
    if (!(await gone(container, seconds))) signal(container, 'SIGKILL')
    await gone(container, 5)
    remove(container.id)
  }
}

function fail(code, message) {
  console.error(`docker: ${message}`)
  process.exit(code)
}

if (mode === 'down') fail(1, 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?')
else if (verb === 'version') process.stdout.write('28.0.0\n')
else if (verb === 'run') runContainer()
else if (verb === 'stop') stop()
else if (verb === 'ps') {
  const label = args.at(-1).slice('label='.length)
  for (const { id, labels } of known()) if (labels.includes(label)) process.stdout.write(`${id}\n`)
} else if (verb === 'kill' || verb === 'rm') {
  for (const id of args.filter((arg) => !arg.startsWith('-'))) {
    const container = find(id)
    if (!container || mode === 'stuck') continue
    signal(container, 'SIGKILL')
    if (verb === 'rm') remove(container.id)
  }
} else fail(1, `'${verb}' is not a docker command.`)
