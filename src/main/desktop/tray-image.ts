import { encodePng } from './png.ts'
import type { TrayState } from './presentation.ts'

type Colour = readonly [red: number, green: number, blue: number]

/** One colour for each state, as on the board: red failed, amber needs you, blue runs, grey waits. */
const COLOURS: Record<TrayState, Colour> = {
  error: [229, 72, 77],
  'needs-you': [245, 166, 35],
  running: [62, 140, 247],
  idle: [139, 147, 158],
}
const TEMPLATE: Colour = [0, 0, 0]

/** Steps of the ring. More cannot be told apart at 16 pixels, and each step is one image to draw and keep. */
export const RING_STEPS = 24

/** Share of the ring that is drawn while nobody knows how far the work is. */
const UNKNOWN_SHARE = 0.25
/** Samples along each side of a pixel. */
const SAMPLES = 4

export interface TrayImage {
  readonly state: TrayState
  /** 0 to 1, -1 for work of unknown length, null for no ring. */
  readonly progress: number | null
  /** Pixels along each side. */
  readonly size: number
  /** Black with transparency only, which macOS colours itself. */
  readonly template: boolean
}

/** The progress as it is drawn, so that two images that look the same share a key. */
export const ringStep = (progress: number | null): number | null =>
  progress === null || progress < 0 ? progress : Math.floor(progress * RING_STEPS) / RING_STEPS

/**
 * Draws the tray's image as a PNG: a ring that fills clockwise from the top, and in it a mark for the state.
 *
 * The marks differ in shape and not in colour alone: a cross, an exclamation mark, a disc, a small dot.
 */
export function drawTrayImage({ state, progress, size, template }: TrayImage): Buffer {
  const colour = template ? TEMPLATE : COLOURS[state]
  const share = progress === null ? 0 : progress < 0 ? UNKNOWN_SHARE : progress
  const rgba = new Uint8Array(size * size * 4)
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      let alpha = 0
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
        const sx = (x + ((sample % SAMPLES) + 0.5) / SAMPLES) / size
        const sy = (y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / size
        alpha += coverage(sx * 2 - 1, sy * 2 - 1, state, progress === null ? null : share)
      }
      rgba.set([...colour, Math.round((alpha / (SAMPLES * SAMPLES)) * 255)], (y * size + x) * 4)
    }
  }
  return encodePng(rgba, size, size)
}

/** Opacity at a point of the square from -1 to 1, y downwards. */
function coverage(x: number, y: number, state: TrayState, share: number | null): number {
  const radius = Math.hypot(x, y)
  if (radius > 0.68 && radius <= 0.98) {
    // Clockwise from the top, 0 to 1.
    const turn = (Math.atan2(x, -y) / (2 * Math.PI) + 1) % 1
    if (share === null) return state === 'idle' ? 0.55 : 0.9
    return turn < share ? 1 : 0.28
  }
  return inMark(x, y, state) ? 1 : 0
}

function inMark(x: number, y: number, state: TrayState): boolean {
  switch (state) {
    case 'error':
      return Math.abs(x) < 0.42 && Math.abs(y) < 0.42 && Math.abs(Math.abs(x) - Math.abs(y)) < 0.19
    case 'needs-you':
      return Math.abs(x) < 0.13 && ((y > -0.48 && y < 0.12) || (y > 0.26 && y < 0.5))
    case 'running':
      return Math.hypot(x, y) < 0.42
    case 'idle':
      return Math.hypot(x, y) < 0.2
  }
}
