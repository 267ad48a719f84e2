import { z } from 'zod'

/** An id: lower-case letters and digits, sortable by creation time (a ULID in lower case). It goes into branch and folder names. */
export const Id = z.string().regex(/^[a-z0-9]{1,40}$/, 'an id has lower-case letters and digits only')
export type Id = z.infer<typeof Id>

/** UTC epoch milliseconds; at most what a `Date` can hold. */
export const Timestamp = z.number().int().nonnegative().max(8_640_000_000_000_000)

/** 0 to 1, or -1 while it cannot be known. Exactly 1 only on success. */
export const Progress = z.union([z.literal(-1), z.number().min(0).max(1)])

/** Anything that survives JSON. */
export const Json = z.json()
export type Json = z.infer<typeof Json>
