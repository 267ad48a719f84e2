import type { Plugin } from 'vite'

export declare const pagePolicy: () => Plugin
