/** The tools over stdin and stdout, as a program. `greet` as its argument makes it say something on stdout that is no message. */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { createToolServer } from './tools.ts'

if (process.argv[2] === 'greet') process.stdout.write('Welcome!\n')
console.error('the tools are ready')
await createToolServer().connect(new StdioServerTransport())
