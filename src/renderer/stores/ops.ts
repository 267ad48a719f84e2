import type { OpInfo } from '../../shared/contract/index.ts'
import { getClient } from './client.ts'
import { type Query, useQuery } from './use-query.ts'

/** The last answer: a host does not change its ops, so a dialog opened again begins with them. */
let last: readonly OpInfo[] | null = null

/** The ops that the host offers, asked for while `wanted`. */
export function useOps(wanted: boolean): Query<readonly OpInfo[]> {
  const query = useQuery(wanted ? 'ops' : null, async () => {
    last = (await getClient().ops.list()).ops
    return last
  })
  return { ...query, data: query.data ?? last }
}
