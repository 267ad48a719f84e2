import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/sdk/types.js'
import { Json } from '../../../shared/models/index.ts'

/** What of a tool's answer is kept in the step's result, in characters. */
const RESULT_CHARS = 65_536

/** A tool's answer as it is kept. `text` is all the text of it. */
export interface ToolAnswer {
  readonly text: string
  readonly result: Json
}

/** Reads a tool's answer and cuts it to what a run keeps: texts as far as there is room, anything binary by its kind and size only. */
export function readAnswer(answer: CallToolResult): ToolAnswer {
  let room = RESULT_CHARS
  let truncated = false
  const cut = (text: string): string => {
    const kept = text.slice(0, room)
    if (kept.length < text.length) truncated = true
    room -= kept.length
    return kept
  }
  const content = answer.content.map((block) => keepBlock(block, cut))
  const text = content.flatMap((block) => (typeof block.text === 'string' ? [block.text] : [])).join('\n')
  const structured = Json.safeParse(answer.structuredContent)
  const fits = structured.success && JSON.stringify(structured.data).length <= room
  if (structured.success && !fits) truncated = true
  return { text, result: { content, ...(fits ? { structuredContent: structured.data } : {}), truncated } }
}

type KeptBlock = { [key: string]: Json }

function keepBlock(block: ContentBlock, cut: (text: string) => string): KeptBlock {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: cut(block.text) }
    case 'image':
    case 'audio':
      return { type: block.type, mimeType: block.mimeType, sizeBytes: Buffer.byteLength(block.data, 'base64') }
    case 'resource_link':
      return { type: 'resource_link', uri: cut(block.uri), name: cut(block.name) }
    case 'resource': {
      const { resource } = block
      const body: KeptBlock = 'text' in resource ? { text: cut(resource.text) } : { sizeBytes: Buffer.byteLength(resource.blob, 'base64') }
      return { type: 'resource', uri: cut(resource.uri), ...body }
    }
  }
}
