import { LayoutTemplate } from 'lucide-react'
import { EmptyState } from '../../components/index.ts'

/** The Templates screen. */
export const TemplatesPage = () => (
  <div className="page">
    <div className="page-head">
      <h1>Templates</h1>
    </div>
    <EmptyState icon={<LayoutTemplate />} title="No templates yet">
      A template is a named list of steps with parameters.
    </EmptyState>
  </div>
)
