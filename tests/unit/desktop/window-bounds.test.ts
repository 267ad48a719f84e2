import { expect, test } from 'vitest'
import { placeWindow } from '../../../src/main/desktop/window-bounds.ts'

const MAIN = { x: 0, y: 25, width: 1920, height: 1055 }
const SECOND = { x: 1920, y: 0, width: 1280, height: 720 }
const at = (x: number, y: number, width = 1000, height = 700, maximized = false) => ({ bounds: { x, y, width, height }, maximized })

test('without a saved place, or with nonsense, the window has its default size', () => {
  const fallback = { width: 1440, height: 900, maximized: false }
  for (const saved of [undefined, 'x', { bounds: { x: 1 } }]) expect(placeWindow(saved, [MAIN])).toEqual(fallback)
})

test('the window opens where it was, on whichever display that is', () => {
  expect(placeWindow(at(100, 100), [MAIN, SECOND])).toEqual({ x: 100, y: 100, width: 1000, height: 700, maximized: false })
  expect(placeWindow(at(2000, 10, 1000, 700, true), [MAIN, SECOND])).toMatchObject({ x: 2000, maximized: true })
})

test('a place on a display that is gone is forgotten', () => {
  expect(placeWindow(at(2000, 10), [MAIN])).toEqual({ width: 1440, height: 900, maximized: false })
})

test('the window fits its display and its title bar stays within reach', () => {
  expect(placeWindow(at(0, -50, 4000, 3000), [MAIN])).toEqual({ x: 0, y: 25, width: 1920, height: 1055, maximized: false })
})

test('on a small display the default size is cut', () => {
  expect(placeWindow(undefined, [{ x: 0, y: 0, width: 1024, height: 600 }])).toMatchObject({ width: 1024, height: 600 })
})
