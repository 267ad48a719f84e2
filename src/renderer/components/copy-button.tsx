import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { IconButton } from './icon-button.tsx'

/** Copies a text; shows a tick for a moment once it is copied. `text` is asked for when it is pressed. */
export function CopyButton({ label, text, size = 's' }: { label: string; text: () => string; size?: 's' | 'm' }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1_500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => {
    navigator.clipboard.writeText(text()).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <IconButton
      className="copy"
      size={size}
      label={copied ? 'Copied' : label}
      tooltip={false}
      title={copied ? 'Copied' : label}
      icon={copied ? <Check /> : <Copy />}
      onClick={copy}
    />
  )
}
