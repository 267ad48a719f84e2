import type { ModelChoice } from '../../shared/contract/host.ts'
import type { DirectoryLink } from './link.ts'
import { onlyModel } from './session-opening.ts'

/** The models that OpenCode can use, by provider and name, the default first. */
export async function listModels(
  directory: DirectoryLink,
  setModel: string | null,
): Promise<{ models: ModelChoice[]; defaultModel: string | null }> {
  const [{ providers }, config] = await Promise.all([directory.providers(), directory.config()])
  const models = providers.flatMap((provider) =>
    Object.entries(provider.models).map(([id, model]) => ({ id: `${provider.id}/${id}`, provider: provider.name, name: model.name })),
  )
  const defaultModel = setModel ?? config.model ?? onlyModel({ providers })
  const rank = (model: ModelChoice): number => (model.id === defaultModel ? 0 : 1)
  models.sort((a, b) => rank(a) - rank(b) || a.provider.localeCompare(b.provider) || a.name.localeCompare(b.name))
  return { models, defaultModel }
}
