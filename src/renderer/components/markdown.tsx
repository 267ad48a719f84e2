import { type ComponentProps, memo, type ReactNode } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { CopyButton } from './copy-button.tsx'
import './markdown.css'
import { splitMarkdownBlocks } from './markdown-blocks.ts'

const PLUGINS = [remarkGfm]

const isOutside = (href: string | undefined): href is string => href !== undefined && /^(https?:|mailto:)/i.test(href)

/** Only links that leave the app are links: a relative path of a repository leads nowhere here. */
const Link = ({ href, children }: ComponentProps<'a'>) =>
  isOutside(href) ? (
    <a href={href} target="_blank" rel="noreferrer noopener" title={href}>
      {children}
    </a>
  ) : (
    <span className="md-path" title={href}>
      {children}
    </span>
  )

/** A picture is never loaded by itself: its address could carry out what an agent has read. */
const Picture = ({ src, alt }: ComponentProps<'img'>) =>
  typeof src === 'string' && isOutside(src) ? <Link href={src}>{alt || src}</Link> : <span className="md-path">{alt}</span>

const textOf = (node: ReactNode): string => {
  if (typeof node === 'string' || typeof node === 'number') return String(node)
  if (Array.isArray(node)) return node.map(textOf).join('')
  if (typeof node === 'object' && node !== null && 'props' in node) return textOf((node.props as { children?: ReactNode }).children)
  return ''
}

/** A block of code that scrolls by itself and can be copied. */
const Pre = ({ children }: ComponentProps<'pre'>) => (
  <div className="md-code">
    <pre>{children}</pre>
    <CopyButton label="Copy code" text={() => textOf(children).replace(/\n$/, '')} />
  </div>
)

const Table = ({ children }: ComponentProps<'table'>) => (
  <div className="md-table">
    <table>{children}</table>
  </div>
)

const COMPONENTS: Components = { a: Link, img: Picture, pre: Pre, table: Table }

/** One stretch of markdown. HTML in it is shown as text. Parsed again only when the text changes. */
const Block = memo(({ text }: { text: string }) => (
  <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS}>
    {text}
  </ReactMarkdown>
))

/**
 * Markdown as an agent writes it: GitHub's kind, no raw HTML, links open outside.
 *
 * With `live` the text may grow with each frame: it is split into blocks, so that only the last one is parsed again.
 */
export const Markdown = memo(({ text, live = false }: { text: string; live?: boolean }) => {
  const blocks = live ? splitMarkdownBlocks(text) : [text]
  return (
    <div className={live ? 'md live' : 'md'}>
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a text only grows at its end, so a block's number is its name
        <Block key={index} text={block} />
      ))}
    </div>
  )
})
