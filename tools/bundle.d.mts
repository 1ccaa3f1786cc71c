export interface Bundle {
  readonly code: string
  readonly gzipped: number
  readonly modules: readonly string[]
  readonly imports: readonly string[]
}
export declare const bundlers: {
  readonly rolldown: (file: string) => Promise<Bundle>
  readonly esbuild: (file: string) => Promise<Bundle>
}
