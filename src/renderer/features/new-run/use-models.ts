import { useEffect, useState } from 'react'
import type { ModelChoice } from '../../../shared/contract/index.ts'
import { getClient, messageOf } from '../../stores/index.ts'

export interface Models {
  readonly state: 'loading' | 'ready' | 'failed'
  readonly models: readonly ModelChoice[]
  readonly defaultModel: string | null
  readonly error: string | null
}

const LOADING: Models = { state: 'loading', models: [], defaultModel: null, error: null }

/** The last answer, so that a dialog opened again does not begin with nothing. */
let last: Models | null = null

/** The models that OpenCode knows, asked for while `wanted`. Asking may start the OpenCode server, so it can take seconds; nothing waits for it. */
export function useModels(wanted: boolean): Models {
  const [models, setModels] = useState<Models>(last ?? LOADING)
  useEffect(() => {
    if (!wanted) return
    const life = new AbortController()
    const tell = (next: Models) => {
      if (life.signal.aborted) return
      if (next.state === 'ready') last = next
      setModels(next)
    }
    getClient()
      .host.models(undefined, { signal: life.signal })
      .then(
        (answer) => tell({ state: 'ready', models: answer.models, defaultModel: answer.defaultModel, error: null }),
        (error: unknown) => tell({ ...(last ?? LOADING), state: 'failed', error: messageOf(error) }),
      )
    return () => life.abort()
  }, [wanted])
  return models
}
