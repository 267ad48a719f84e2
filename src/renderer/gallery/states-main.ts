// As in the program's own entry, before any schema is made.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } })

await import('./states.tsx')

export {}
