export * from './number.ts'
export * from './run.ts'
export * from './time.ts'
