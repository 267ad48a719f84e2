import { type RefCallback, useCallback, useState } from 'react'

/** Whether an element is at least so many pixels wide. Put the first on the element. */
export function useWide(pixels: number): readonly [RefCallback<HTMLElement>, boolean] {
  const [wide, setWide] = useState(true)
  const box = useCallback(
    (element: HTMLElement | null) => {
      if (element === null) return
      const observer = new ResizeObserver(() => setWide(element.clientWidth >= pixels))
      observer.observe(element)
      setWide(element.clientWidth >= pixels)
      return () => observer.disconnect()
    },
    [pixels],
  )
  return [box, wide]
}
