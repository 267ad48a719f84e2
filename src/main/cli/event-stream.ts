/** One message of a stream of server-sent events. A comment, which a server sends to keep the line alive, has none of the fields. */
export interface StreamMessage {
  readonly event?: string
  readonly id?: string
  readonly data?: string
}

/** Reads server-sent events from the body of an answer, as they come. Closing the generator closes the body. */
export async function* readEventStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamMessage, void> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    const messages = text.split('\n\n')
    text = messages.pop() ?? ''
    for (const message of messages) yield parseMessage(message)
  }
}

function parseMessage(text: string): StreamMessage {
  const fields: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
    // A message may carry its data on several lines.
    if (name !== undefined) fields[name] = name in fields ? `${fields[name]}\n${value}` : value
  }
  return fields
}
