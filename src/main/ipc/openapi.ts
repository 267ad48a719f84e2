import { type OpenAPI, OpenAPIGenerator } from '@orpc/openapi'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { contract } from '../../shared/contract/index.ts'
import { ERROR_STATUS } from '../../shared/models/index.ts'

/** Describes the HTTP door: every path of the contract, its schemas, the errors and the token. */
export async function describeApi(version: string): Promise<OpenAPI.Document> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  const document = await generator.generate(contract, {
    info: { title: 'Ops Control Room', version },
    servers: [{ url: '/api' }],
    security: [{ token: [] }],
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      responses: {
        Failure: {
          description: 'A failure; `code` says which.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
      schemas: {
        Error: {
          type: 'object',
          properties: {
            code: { type: 'string', enum: Object.keys(ERROR_STATUS) },
            message: { type: 'string', description: 'One sentence for a person.' },
            status: { type: 'integer' },
            data: {},
          },
          required: ['code', 'message', 'status'],
          additionalProperties: false,
        },
      },
    },
  })
  for (const item of Object.values(document.paths ?? {})) {
    for (const operation of [item?.get, item?.post]) {
      if (operation !== undefined) operation.responses = { ...operation.responses, default: { $ref: '#/components/responses/Failure' } }
    }
  }
  return document
}
