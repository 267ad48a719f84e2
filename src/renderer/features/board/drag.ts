import type { DragEvent } from 'react'

const TYPE = 'application/x-controlroom-run'

/** Lets a card be dragged: what is carried is the run's id. */
export function carryRun(event: DragEvent, runId: string): void {
  event.dataTransfer.setData(TYPE, runId)
  event.dataTransfer.effectAllowed = 'move'
}

/** Whether what hovers is a run. Its id can only be read on the drop. */
export const dragsRun = (event: DragEvent): boolean => event.dataTransfer.types.includes(TYPE)

export const runOf = (event: DragEvent): string => event.dataTransfer.getData(TYPE)
