import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { Button } from './button.tsx'
import { IconButton } from './icon-button.tsx'
import './toast.css'
import { classes } from './tone.ts'

export interface ToastItem {
  readonly id: number
  readonly tone: 'fail' | 'ok'
  readonly title: string
  readonly text?: string
  readonly action?: { readonly label: string; readonly onPress: () => void }
}

/** The messages in the corner, newest last. Failures stay until closed; who made them removes the others. */
export const Toasts = ({ items, onDismiss }: { items: readonly ToastItem[]; onDismiss: (id: number) => void }) => (
  <section className="toasts" aria-label="Messages" aria-live="polite">
    {items.map((item) => (
      <div key={item.id} className={classes('toast', item.tone)} role={item.tone === 'fail' ? 'alert' : 'status'}>
        {item.tone === 'fail' ? <CircleAlert /> : <CircleCheck />}
        <div>
          <strong>{item.title}</strong>
          {item.text && <p>{item.text}</p>}
        </div>
        {item.action && (
          <Button
            size="s"
            onClick={() => {
              item.action?.onPress()
              onDismiss(item.id)
            }}
          >
            {item.action.label}
          </Button>
        )}
        <IconButton size="s" label="Close message" icon={<X />} tooltip={false} onClick={() => onDismiss(item.id)} />
      </div>
    ))}
  </section>
)
