import { createGitDriver } from '../../src/main/worktrees/git/driver.ts'
import { createGit } from '../../src/main/worktrees/git/git.ts'
import { failOnLeftovers, tempFolder } from '../support/temp.ts'
import { testWorktreeDriver } from './worktree-driver-suite.ts'

failOnLeftovers()

testWorktreeDriver('git alone', async () => createGitDriver({ root: tempFolder('worktrees'), git: createGit() }))
