/** The body of an answer that comes from elsewhere while it is read. */

/** The same answer, whose body ends with another error, and is under way while it is read. */
export const watched = (
  response: Response,
  options: {
    readonly mapError: (error: unknown) => unknown
    readonly during: (end: Promise<void>) => void
  }
): Response => {
  const { body, headers, status, statusText } = response
  if (body === null) return response
  const reader = body.getReader()
  let end: (() => void) | undefined
  const source: UnderlyingDefaultSource<Uint8Array> = {
    pull: async (controller) => {
      if (end === undefined) options.during(new Promise((resolve) => (end = resolve)))
      try {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        controller.close()
      } catch (error) {
        controller.error(options.mapError(error))
      }
      end?.()
    },
    cancel: async (reason) => {
      end?.()
      await reader.cancel(reason)
    }
  }
  // Nothing is read ahead: an answer that is not read is not under way.
  const stream = new ReadableStream(source, { highWaterMark: 0 })
  return new Response(stream, { headers, status, statusText })
}
