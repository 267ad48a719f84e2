import { crc32, inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { encodePng } from '../../../src/main/desktop/png.ts'
import { TRAY_STATES } from '../../../src/main/desktop/presentation.ts'
import { drawTrayImage, ringStep } from '../../../src/main/desktop/tray-image.ts'

/** Reads a PNG back: its size and its pixels, with every checksum verified. */
function decode(png: Buffer): { width: number; height: number; pixels: Buffer } {
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const body = png.subarray(at + 4, at + 8 + length)
    expect(crc32(body)).toBe(png.readUInt32BE(at + 8 + length))
    chunks.set(body.subarray(0, 4).toString(), body.subarray(4))
    at += 12 + length
  }
  const header = chunks.get('IHDR')!
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const rows = inflateSync(chunks.get('IDAT')!)
  const stride = width * 4
  const pixels = Buffer.concat(Array.from({ length: height }, (_, y) => rows.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1))))
  return { width, height, pixels }
}
const drawn = (change: Partial<Parameters<typeof drawTrayImage>[0]> = {}) =>
  drawTrayImage({ state: 'running', progress: 0.5, size: 22, template: false, ...change })
const ink = (png: Buffer) => decode(png).pixels.reduce((sum, byte, index) => (index % 4 === 3 ? sum + byte : sum), 0)

test('pixels come back from a PNG as they went in', () => {
  const rgba = Uint8Array.from({ length: 3 * 2 * 4 }, (_, index) => index * 7)
  expect(decode(encodePng(rgba, 3, 2))).toEqual({ width: 3, height: 2, pixels: Buffer.from(rgba) })
})

test('every state looks different, in every size', () => {
  for (const size of [16, 22, 32, 44]) {
    const images = TRAY_STATES.map((state) => drawn({ state, size }).toString('base64'))
    expect(new Set(images).size).toBe(TRAY_STATES.length)
    expect(decode(drawn({ size })).width).toBe(size)
  }
})

test('the ring fills as the work goes on', () => {
  const amounts = [0, 0.25, 0.5, 0.75, 1].map((progress) => ink(drawn({ progress })))
  expect(amounts).toEqual([...amounts].sort((a, b) => a - b))
  expect(new Set(amounts).size).toBe(amounts.length)
})

test('a template image is black with transparency only', () => {
  const { pixels } = decode(drawn({ template: true, state: 'error' }))
  expect(pixels.every((byte, index) => index % 4 === 3 || byte === 0)).toBe(true)
})

test('progress is drawn in steps, so that images can be kept', () => {
  expect([ringStep(null), ringStep(-1), ringStep(0.51), ringStep(0.5), ringStep(1)]).toEqual([null, -1, 0.5, 0.5, 1])
})
