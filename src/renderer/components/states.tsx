import { CircleAlert, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import './states.css'
import { classes } from './tone.ts'

export interface EmptyStateProps {
  readonly icon?: ReactNode
  readonly title: string
  /** One sentence on what belongs here and how it gets here. */
  readonly children?: ReactNode
  readonly actions?: ReactNode
  /** Small, for a column or a panel. */
  readonly compact?: boolean
}

/** Nothing here, and why that is fine. */
export const EmptyState = ({ icon, title, children, actions, compact }: EmptyStateProps) => (
  <div className={classes('state', compact && 'compact')}>
    {icon && <span className="state-icon">{icon}</span>}
    <h2>{title}</h2>
    {children && <p>{children}</p>}
    {actions && <div className="state-actions">{actions}</div>}
  </div>
)

/** Something could not be shown. `message` says what to do; `onRetry` tries again. */
export const ErrorState = ({
  title,
  message,
  onRetry,
  compact,
}: {
  title: string
  message: string
  onRetry?: () => void
  compact?: boolean
}) => (
  <div className={classes('state failed', compact && 'compact')} role="alert">
    <span className="state-icon">
      <CircleAlert />
    </span>
    <h2>{title}</h2>
    <p>{message}</p>
    {onRetry && (
      <div className="state-actions">
        <Button icon={<RotateCw />} onClick={onRetry}>
          Try again
        </Button>
      </div>
    )}
  </div>
)

/** Grey shapes where `rows` rows will be. Says "Loading" once to screen readers. */
export const Skeleton = ({ rows = 4, height = 34, label = 'Loading' }: { rows?: number; height?: number; label?: string }) => (
  <div className="skeleton" role="status" aria-label={label}>
    {Array.from({ length: rows }, (_, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the shapes have nothing but their place
      <i key={index} style={{ height, opacity: Math.max(0.15, 1 - index / (rows + 1)) }} />
    ))}
  </div>
)

/** One line across the page or panel about something that lasts: the connection is cut, the host is stopping. */
export const Banner = ({ tone, children, action }: { tone: 'need' | 'fail' | 'run'; children: ReactNode; action?: ReactNode }) => (
  <div className={classes('banner', tone)} role="status">
    <span>{children}</span>
    {action}
  </div>
)
