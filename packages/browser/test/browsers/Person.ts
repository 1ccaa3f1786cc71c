/** A person with a browser of their own: its pages, and what is to be noticed of them. */
import type { Browser, BrowserContext, Frame, HTTPResponse, Page } from "puppeteer-core"
import type * as Application from "../Application.ts"

/** What a fixture page shows. */
export interface State {
  readonly _tag: string
  readonly reason?: string
  readonly message?: string
  readonly session?: Record<string, unknown>
}

export const tagged = (tag: string) => (state: State) => state._tag === tag

/** Long enough for a busy machine, in milliseconds. A wait ends as soon as there is something. */
const timeout = 25_000

/** Waits until something is there. A page that is on its way elsewhere answers no question: it is asked again. */
export const until = async <A>(what: string, look: () => Promise<A | undefined>): Promise<A> => {
  const deadline = performance.now() + timeout
  let seen: unknown
  for (;;) {
    const found = await look().catch((error: unknown) => void (seen = error))
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}`, { cause: seen })
    await new Promise((resolve) => void setTimeout(resolve, 60))
  }
}

/** Waits until the page is at such an address. */
export const at = (page: Page, address: string): Promise<string> =>
  until(`${address}, from ${page.url()}`, async () => {
    const href = await page.evaluate(() => (document.readyState === "loading" ? "" : location.href))
    return href === address || (address.endsWith("*") && href.startsWith(address.slice(0, -1))) ? href : undefined
  })

/**
 * Waits until the page shows something that passes, and gives it. It asks by `evaluate`, here as below: `$eval` costs
 * the browser ten times as much.
 */
export const state = (page: Page | Frame, passes: (state: State) => boolean = () => true): Promise<State> =>
  until(`the state of ${page.url()}`, async () => {
    const shown = await page.evaluate(() => document.querySelector("#state")!.textContent)
    if (shown !== "" && passes(JSON.parse(shown) as State)) return JSON.parse(shown) as State
    throw new Error(`It shows: ${shown}`)
  })

/**
 * Clicks in a tab. One behind another gets no input, so it comes to the front, as for a person. What a click leads to
 * may close the window before Firefox has told its driver that the button is up again: then there is no such frame, and
 * the click was made.
 */
export const press = async (page: Page, selector: string): Promise<void> => {
  await page.bringToFront()
  await page.click(selector).catch((error: unknown) => {
    if (!String(error).includes("no such frame")) throw error
  })
}

/** Writes down what the page shows from now on: the tags, in their order. */
export const watch = async (page: Page): Promise<() => Promise<Array<string>>> => {
  await page.evaluate(() => {
    const element = document.querySelector("#state")!
    const shown: Array<string> = []
    Object.assign(globalThis, { shown })
    new MutationObserver(() => shown.push(element.textContent)).observe(element, { childList: true })
  })
  return async () => {
    const texts = await page.evaluate(() => (globalThis as unknown as { shown: Array<string> }).shown)
    return texts.filter((text) => text !== "").map((text) => (JSON.parse(text) as State)._tag)
  }
}

/**
 * Clicks in the frame of a page. `frame.click` asks Firefox in a way that ESR 140 does not know, where the frame is;
 * the page itself can tell. A frame of another process gets no input before it is painted: the mouse moves there until
 * the button feels it.
 */
export const pressInFrame = async (frame: Frame, selector: string): Promise<void> => {
  const page = frame.page()
  await page.bringToFront()
  const { x, y } = await until(`the mouse over ${selector}`, async () => {
    const button = await frame.evaluate((selector) => {
      const element = document.querySelector(selector)!
      element.scrollIntoView({ block: "center" })
      const box = element.getBoundingClientRect()
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    }, selector)
    const origin = await page.evaluate(() => {
      const element = document.querySelector("iframe")!
      const box = element.getBoundingClientRect()
      return { x: box.x + element.clientLeft, y: box.y + element.clientTop }
    })
    const point = { x: origin.x + button.x, y: origin.y + button.y }
    await page.mouse.move(point.x, point.y)
    const isThere = await frame.evaluate((selector) => document.querySelector(selector)!.matches(":hover"), selector)
    return isThere ? point : undefined
  })
  await page.mouse.click(x, y)
}

/** The page in the frame of another. */
export const frameOf = async (page: Page): Promise<Frame> => {
  const frame = await (await page.waitForSelector("iframe"))?.contentFrame()
  if (!frame) throw new Error(`${page.url()} has no frame`)
  await state(frame)
  return frame
}

/** Clicks, and waits for what comes of it rather than for what was there before. */
export const click = async (page: Page, id: string): Promise<State> => {
  await page.evaluate(() => void (document.querySelector("#state")!.textContent = ""))
  await press(page, `#${id}`)
  return state(page)
}

/** Fills in Sentinel's login form, at once: the keys and the focus in it are what Sentinel's own tests are about. */
export const logIn = async (page: Page, sentinelOrigin: string, name = "agent"): Promise<void> => {
  await at(page, `${sentinelOrigin}/*`)
  await page.evaluate(
    (values) => {
      for (const [id, value] of Object.entries(values))
        document.querySelector<HTMLInputElement>(`#${id}`)!.value = value
    },
    { username: `${name}@example.com`, password: name }
  )
  await press(page, "button[type=submit]")
}

export const text = (page: Page): Promise<string> => page.evaluate(() => document.body.innerText)

/** The back button. A page out of the back/forward cache does not load, so there is nothing else to wait for. */
export const back = async (page: Page, address: string): Promise<void> => {
  // The page that asks is gone before it can answer.
  await page.evaluate(() => void setTimeout(() => history.back()))
  await at(page, address)
}

/** Whatever a script of the page can read or has left behind. */
export const stored = (page: Page) =>
  page.evaluate(async () => ({
    localStorage: localStorage.length,
    sessionStorage: sessionStorage.length,
    cookies: document.cookie,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    name: window.name
  }))

export const nothing = { localStorage: 0, sessionStorage: 0, cookies: "", databases: 0, caches: 0, name: "" }

type Application = Pick<Awaited<ReturnType<typeof Application.make>>, "origin" | "sentinelOrigin" | "bodyOf">

export class Person {
  /** Errors of pages, among them violations of their policy. */
  readonly complaints: Array<string> = []
  /** Every address that a page of the application was shown at. */
  readonly addresses: Array<string> = []
  readonly #answers: Array<HTTPResponse> = []
  readonly #context: BrowserContext
  readonly #application: Application

  private constructor(context: BrowserContext, application: Application) {
    this.#context = context
    this.#application = application
  }

  /** Somebody without any cookies. */
  static async make(browser: Browser, application: Application) {
    return new Person(await browser.createBrowserContext(), application)
  }

  /** Whose the profile of the browser is. */
  static of(browser: Browser, application: Application) {
    return new Person(browser.defaultBrowserContext(), application)
  }

  /** An empty tab. */
  async tab(): Promise<Page> {
    return this.notice(await this.#context.newPage())
  }

  /** Writes down what is to be noticed of a page from now on. */
  notice(page: Page): Page {
    page.on("console", (message) => void (message.type() === "error" && this.#complain(message.text())))
    page.on("pageerror", (error) => this.#complain(String(error)))
    page.on("framenavigated", (frame) => {
      if (frame.url().startsWith(this.#application.origin)) this.addresses.push(frame.url())
    })
    page.on("response", (response) => this.#heard(response))
    return page
  }

  /** A tab with a page of the application, or of anywhere. */
  async open(path: string): Promise<Page> {
    const page = await this.tab()
    await page.goto(new URL(path, this.#application.origin).href, { timeout })
    return page
  }

  /** What the application has answered to scripts so far: method, path and body of each. */
  get answers(): Array<string> {
    return this.#answers.map((response) => {
      const body = this.#application.bodyOf(response.headers())
      return `${response.request().method()} ${new URL(response.url()).pathname} ${body}`
    })
  }

  /** Waits for an answer that begins so: a page may show what it got before the browser tells of it. */
  answer(start: string): Promise<string> {
    return until(`an answer: ${start}`, async () => this.answers.find((answer) => answer.startsWith(start)))
  }

  #complain(text: string): void {
    // Firefox looks for an icon of the login, which that page's policy refuses.
    if (text.includes(this.#application.sentinelOrigin)) return
    // Of Firefox's own driver: ESR 140 complains where it asks a page that is on its way to another origin.
    if (text.includes("__bidi_args")) return
    this.complaints.push(text)
  }

  #heard(response: HTTPResponse): void {
    // Only what le-auth asks for bears this header.
    const isAsked = response.request().headers()["x-le-auth"] !== undefined
    if (isAsked && new URL(response.url()).origin === this.#application.origin) this.#answers.push(response)
  }

  logIn(page: Page, name?: string): Promise<void> {
    return logIn(page, this.#application.sentinelOrigin, name)
  }

  /** Clicks, logs in, and gives the callback that the browser is then sent to: it does not get there. */
  async callback(page: Page, name?: string): Promise<URL> {
    await page.setRequestInterception(true)
    const caught = new Promise<URL>((resolve) => {
      page.on("request", (request) => {
        const url = new URL(request.url())
        if (url.origin !== this.#application.origin || url.pathname !== "/callback") return void request.continue()
        resolve(url)
        void request.abort()
      })
    })
    await press(page, "#sign-in")
    await this.logIn(page, name)
    return caught
  }

  /**
   * Clicks, and gives the window that opens. Chromium without a screen also tells the page behind it that it has the
   * focus.
   */
  async openWindow(page: Page, selector = "#popup"): Promise<Page> {
    if ((await page.browser().version()).startsWith("Chrome")) {
      await page.evaluate(() => void Object.assign(document, { hasFocus: () => false }))
    }
    const [window] = await Promise.all([
      new Promise<Page>((resolve) => void page.once("popup", (opened) => resolve(opened!))),
      press(page, selector)
    ])
    return window
  }

  /** Back to a page that was behind a window. */
  async comeBack(page: Page): Promise<void> {
    await page.bringToFront()
    await page.evaluate(() => void Reflect.deleteProperty(document, "hasFocus"))
  }

  leave(): Promise<void> {
    return this.#context.close()
  }
}
