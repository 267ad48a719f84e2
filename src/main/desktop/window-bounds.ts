import { z } from 'zod'

const Rectangle = z.object({ x: z.number(), y: z.number(), width: z.number().positive(), height: z.number().positive() })
export type Rectangle = z.infer<typeof Rectangle>

/** Where the window was and whether it filled the screen. Device-independent pixels. */
export const SavedWindow = z.object({ bounds: Rectangle, maximized: z.boolean() })
export type SavedWindow = z.infer<typeof SavedWindow>

export const MIN_SIZE = { width: 720, height: 480 } as const
const DEFAULT_SIZE = { width: 1440, height: 900 } as const
/** How much of the window must be on a display for its place to count. */
const VISIBLE = 120

/**
 * Where to open the window: where it was, if enough of that is still on a display, else the default size where the system likes.
 *
 * @param saved     what was kept, or anything else that came from the file
 * @param workAreas of all displays; the first is the main one
 */
export function placeWindow(
  saved: unknown,
  workAreas: readonly Rectangle[],
): { width: number; height: number; x?: number; y?: number; maximized: boolean } {
  const main = workAreas[0] ?? { x: 0, y: 0, ...DEFAULT_SIZE }
  const fallback = { width: Math.min(DEFAULT_SIZE.width, main.width), height: Math.min(DEFAULT_SIZE.height, main.height), maximized: false }
  const parsed = SavedWindow.safeParse(saved)
  if (!parsed.success) return fallback
  const { bounds, maximized } = parsed.data
  const area = workAreas.find((workArea) => overlap(bounds, workArea) >= VISIBLE)
  if (!area) return { ...fallback, maximized }
  return {
    x: bounds.x,
    y: Math.max(bounds.y, area.y),
    width: Math.max(MIN_SIZE.width, Math.min(bounds.width, area.width)),
    height: Math.max(MIN_SIZE.height, Math.min(bounds.height, area.height)),
    maximized,
  }
}

/** The shorter side of what two rectangles share; 0 or less when they share nothing. */
function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return Math.min(width, height)
}
