import { describe } from "@effect/vitest"
import { browsers, type Kind } from "../../../../tools/browsers.ts"

/**
 * The same suite in each kind of browser. The kinds run at the same time, since they mostly wait for their browsers;
 * the tests of one kind run one after the other, since only the tab in front gets what is pressed. Each kind needs an
 * application and a Sentinel of its own: their users are the same, and a sign-out in one browser is noticed in the
 * other.
 */
export const inEachBrowser = (suite: (kind: Kind) => void): void => {
  for (const kind of browsers) {
    describe.concurrent(`in ${kind.name}`, () => {
      describe("one after the other", { concurrent: false, timeout: 120_000 }, () => suite(kind))
    })
  }
}
