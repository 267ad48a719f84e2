import { statSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type InstanceRecord, readInstance, removeInstance, writeInstance } from '../../../src/main/headless/instance-file.ts'
import { dataPaths, processIdentity } from '../../../src/main/platform/index.ts'
import { tempFolder } from '../../support/temp.ts'

const record: InstanceRecord = {
  pid: process.pid,
  startTime: processIdentity(process.pid)?.startTime ?? null,
  instanceId: 'i1',
  url: 'http://127.0.0.1:4000',
  token: 'secret',
}

describe('instance.json', () => {
  test('tells other commands where the host is, and nobody else', async () => {
    const folder = tempFolder()
    await writeInstance(folder, record)

    expect(readInstance(folder)).toEqual(record)
    expect(statSync(dataPaths(folder).instanceFile).mode & 0o777).toBe(0o600)
  })

  test('of a host that is gone names no host', async () => {
    const folder = tempFolder()
    await writeInstance(folder, { ...record, startTime: 'another start' })

    expect(readInstance(folder)).toBeNull()
  })

  test('that is missing or damaged names no host', () => {
    const folder = tempFolder()
    expect(readInstance(folder)).toBeNull()
    writeFileSync(dataPaths(folder).instanceFile, '{"pid": 1')
    expect(readInstance(folder)).toBeNull()
  })

  test('is taken away by its own host only', async () => {
    const folder = tempFolder()
    await writeInstance(folder, record)

    removeInstance(folder, 'i0')
    expect(readInstance(folder)).toEqual(record)
    removeInstance(folder, 'i1')
    expect(readInstance(folder)).toBeNull()
  })
})
