/** A file of the sources as a text, as bundlers give it. */
declare module "*?raw" {
  const text: string
  export default text
}
