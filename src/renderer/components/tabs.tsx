import { Tabs as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import './tabs.css'

export interface TabSpec<V extends string = string> {
  readonly value: V
  readonly label: string
  readonly count?: number
  readonly disabled?: boolean
}

export interface TabsProps<V extends string> {
  readonly tabs: readonly TabSpec<V>[]
  readonly value: V
  readonly onChange: (value: V) => void
  readonly label: string
  /** `TabPanel`s, one for each tab; anything between them is fine too. */
  readonly children?: ReactNode
  /** Stands at the right end of the row. */
  readonly trailing?: ReactNode
  readonly className?: string
}

/** A row of tabs and their panels. Arrow keys move between tabs. */
export function Tabs<V extends string>({ tabs, value, onChange, label, children, trailing, className }: TabsProps<V>) {
  return (
    <Radix.Root className={className ? `tabs ${className}` : 'tabs'} value={value} onValueChange={(next) => onChange(next as V)}>
      <div className="tabs-row">
        <Radix.List className="tabs-list" aria-label={label}>
          {tabs.map((tab) => (
            <Radix.Trigger key={tab.value} value={tab.value} disabled={tab.disabled}>
              {tab.label}
              {tab.count !== undefined && <small className="num">{tab.count}</small>}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {trailing}
      </div>
      {children}
    </Radix.Root>
  )
}

/** What a tab shows. Unmounted while another tab is chosen. */
export const TabPanel = ({ value, children, className }: { value: string; children: ReactNode; className?: string }) => (
  <Radix.Content className={className ? `tab-panel ${className}` : 'tab-panel'} value={value}>
    {children}
  </Radix.Content>
)
