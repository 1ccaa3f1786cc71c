/**
 * Another site, which means harm. Its page opens a page of the application, or frames it, keeps hold of it, and
 * writes down what it hears.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Page } from "puppeteer-core"

const script = `
const heard = []
const told = ({ data }) => heard.push(data)
addEventListener("message", told)
const channel = new BroadcastChannel("le-auth")
channel.addEventListener("message", told)
let victim
const asked = new URLSearchParams(location.search)
document.querySelector("button").addEventListener("click", () => {
  victim = open(asked.get("open"), "named-by-evil")
  // The click is used up by the window.
  if (asked.has("then")) setTimeout(() => void (victim.location = asked.get("then")), 1000)
})
if (asked.has("steer")) setTimeout(() => void (location = asked.get("steer")), 300)
const attempt = (read) => {
  try {
    return String(read())
  } catch (error) {
    return error.name
  }
}
const reads = () => [
  () => victim.location.href,
  () => victim.document.body.innerText,
  () => victim.name,
  () => victim.session,
  () => victim.localStorage.length
].map(attempt)`

export const listen = async () => {
  const server = createServer((request, response) => {
    const framed = new URL(request.url ?? "", "http://hostile").searchParams.get("frame")
    const frame = framed === null ? "" : `<iframe src="${framed}"></iframe>`
    response.setHeader("content-type", "text/html; charset=utf-8")
    response.end(`<!doctype html><title>Prizes</title><button>Open</button>${frame}<script>${script}</script>`)
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return {
    /** The same site as the application's, so that its cookies go along, and another one. */
    origins: [`http://localhost:${port}`, `http://127.0.0.1:${port}`],
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => void server.close(() => resolve()))
    }
  }
}

/** Opens a page from the hostile one, and gives the window. */
export const openFrom = async (page: Page): Promise<Page> => {
  const [window] = await Promise.all([
    new Promise<Page>((resolve) => void page.once("popup", (opened) => resolve(opened!))),
    page.click("button")
  ])
  return window
}

/** Runs a line of the hostile page. */
export const run = (page: Page, line: string): Promise<unknown> => page.evaluate(line)
