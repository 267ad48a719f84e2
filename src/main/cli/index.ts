/** The entry of the command line: `out/main/cli.js` in a build. */
import { enableCompileCache } from 'node:module'
import { runCommandLine } from './program.ts'

// What commands import later is compiled once for each version of it, not at each start.
enableCompileCache()

const write =
  (stream: NodeJS.WriteStream) =>
  (line: string): void => {
    stream.write(`${line}\n`)
  }

// A reader that went away (`| head -1`) is no reason to end a host.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  out: write(process.stdout),
  err: write(process.stderr),
  exitCode: 0,
})
