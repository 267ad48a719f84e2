import { describe, expect, test } from 'vitest'
import packageJson from '../../../package.json' with { type: 'json' }
import { runOnCommandLine } from '../../support/command-line.ts'
import { tempFolder } from '../../support/temp.ts'

describe('the command line', () => {
  test.each([
    [[], /^Say what to do, as in "controlroom serve"/],
    [['dance'], /^Unknown command 'dance'\. See "controlroom --help"\.$/],
    [['serve', '--colour', 'red'], /^Unknown option '--colour'\./],
    [['serve', 'now'], /^Too many arguments for 'serve'/],
    [['serve', '--port', 'ninety'], /Give a whole number from 0 to 65535\./],
    [['serve', '--port', '-1'], /^Option '--port <number>' argument '-1' is invalid|Give a whole number/],
    [['run', 'Add a test'], /^Required option '--project <project>' not specified\./],
    [['run', '--project', 'p'], /^Missing required argument 'prompt'\./],
    [['run', 'x', '--project', 'p', '--lane', 'Z'], /Allowed choices are A, B, C, D\./],
  ])('answers %j with one sentence and 2', async (args, sentence) => {
    const { code, out, err } = await runOnCommandLine(args)

    expect({ code, out }).toEqual({ code: 2, out: [] })
    expect(err).toEqual([expect.stringMatching(sentence)])
    expect(err[0]).not.toContain('\n')
  })

  test('lists its commands and options on request', async () => {
    const help = await runOnCommandLine(['--help'])
    const serve = await runOnCommandLine(['serve', '--help'])

    expect([help.code, serve.code]).toEqual([0, 0])
    for (const command of ['serve', 'run', 'doctor']) expect(help.out.join('\n')).toContain(`${command} `)
    expect(serve.out.join('\n')).toContain('--data-dir <folder>')
  })

  test('tells its version', async () => {
    expect(await runOnCommandLine(['--version'])).toEqual({ code: 0, out: [packageJson.version], err: [] })
  })

  test('answers a refusal with its sentence and 1', async () => {
    const folder = tempFolder()

    const { code, out, err } = await runOnCommandLine(['run', 'Add a test', '--project', 'p', '--data-dir', folder])

    expect({ code, out }).toEqual({ code: 1, out: [] })
    expect(err).toEqual([`No host is running on ${folder}; start one with "controlroom serve", or choose another --data-dir.`])
  })
})
