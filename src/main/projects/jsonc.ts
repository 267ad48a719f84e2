/** A string or a comment: inside of one nothing else counts. */
const COMMENTS = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g
/** A string, or a comma with nothing behind it. */
const TRAILING_COMMAS = /"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g

/**
 * Reads JSON with comments and trailing commas, as OpenCode's configuration files may have them.
 *
 * @throws SyntaxError  it is not even that
 */
export function parseJsonc(text: string): unknown {
  const bare = text.replace(/^\uFEFF/, '').replace(COMMENTS, (token) => (token.startsWith('"') ? token : ' '))
  // Only now: a comment may stand between the comma and the bracket.
  return JSON.parse(bare.replace(TRAILING_COMMAS, (token) => (token === ',' ? '' : token)))
}
