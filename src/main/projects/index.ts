/** The projects room: known repositories, who trusts them, and what would run in them. */
export { createProjects, type Projects, type ProjectsOptions } from './projects.ts'
