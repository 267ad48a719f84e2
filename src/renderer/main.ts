// The page's policy forbids making code from text. zod would try once, as soon as the first schema is made, and leave a violation in the console;
// this is where it looks first. Hence also the dynamic import: with a static one, bundling may run the schemas before this line.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } })

await import('./start.tsx')

export {}
