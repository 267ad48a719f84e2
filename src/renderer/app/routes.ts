import { Activity, Cpu, FileText, FolderGit2, Inbox, LayoutGrid, LayoutTemplate, ListChecks, type LucideIcon, Settings } from 'lucide-react'

export interface Place {
  readonly path: string
  readonly name: string
  readonly icon: LucideIcon
  /** Pressed after g. */
  readonly key: string
}

/** The screens of the navigation, in groups, in order. */
export const PLACES: readonly { readonly heading: string | null; readonly places: readonly Place[] }[] = [
  {
    heading: null,
    places: [
      { path: '/board', name: 'Board', icon: LayoutGrid, key: 'b' },
      { path: '/operations', name: 'Operations', icon: Activity, key: 'o' },
      { path: '/runs', name: 'Runs', icon: ListChecks, key: 'r' },
      { path: '/inbox', name: 'Inbox', icon: Inbox, key: 'i' },
    ],
  },
  {
    heading: 'Make',
    places: [
      { path: '/templates', name: 'Templates', icon: LayoutTemplate, key: 't' },
      { path: '/spec-kit', name: 'Spec kit', icon: FileText, key: 's' },
    ],
  },
  {
    heading: 'Look after',
    places: [
      { path: '/projects', name: 'Projects', icon: FolderGit2, key: 'p' },
      { path: '/workers', name: 'Workers', icon: Cpu, key: 'w' },
      { path: '/settings', name: 'Settings', icon: Settings, key: 'e' },
    ],
  },
]

export const ALL_PLACES: readonly Place[] = PLACES.flatMap((group) => group.places)
