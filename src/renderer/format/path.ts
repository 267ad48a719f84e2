/** The last folders of a path: absolute ones are cut to what lies inside the worktree, or to their last four names. */
export const shortPath = (path: string): string => {
  const inside = /\/task-[a-z0-9]+-[0-9a-z]+\/(.+)$/.exec(path)
  if (inside) return inside[1]!
  const names = path.split('/')
  return path.startsWith('/') && names.length > 5 ? `…/${names.slice(-4).join('/')}` : path
}
