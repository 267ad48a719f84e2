import { FileText } from 'lucide-react'
import { EmptyState } from '../../components/index.ts'

/** The Spec kit screen. */
export const SpecKitPage = () => (
  <div className="page">
    <div className="page-head">
      <h1>Spec kit</h1>
    </div>
    <EmptyState icon={<FileText />} title="No spec documents yet">
      Specifications that runs work from are kept here.
    </EmptyState>
  </div>
)
