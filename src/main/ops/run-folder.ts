import { isAbsolute, relative, resolve } from 'node:path'

/** Resolves a path that a step names within its run's folder. Null when it leads out of it; a link inside may still. */
export function resolveInside(directory: string, path = '.'): string | null {
  const absolute = resolve(directory, path)
  const inside = relative(directory, absolute)
  return inside === '..' || inside.startsWith('../') || inside.startsWith('..\\') || isAbsolute(inside) ? null : absolute
}
