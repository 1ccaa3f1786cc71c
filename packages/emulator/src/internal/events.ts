/** The data of server-sent events, as long as somebody asks for the next one. */
import * as Sse from "effect/encoding/Sse"
import type { Way } from "./calls.ts"

/** `open` is called with the first turn of a loop, and `signal` aborts when the loop is left. */
export async function* dataOf<A>(
  { ended, failed }: Pick<Way, "ended" | "failed">,
  open: (signal: AbortSignal) => Promise<Response>
): AsyncGenerator<A, void> {
  const leaving = new AbortController()
  const waiting: Array<A> = []
  const parser = Sse.makeParser((event) => {
    if (event._tag === "Event") waiting.push(JSON.parse(event.data))
  })
  try {
    const { body } = await open(leaving.signal)
    if (body === null) return
    for await (const text of body.pipeThrough(new TextDecoderStream())) {
      parser.feed(text)
      yield* waiting.splice(0)
    }
    ended.throwIfAborted()
  } catch (error) {
    throw failed(error)
  } finally {
    leaving.abort()
  }
}
