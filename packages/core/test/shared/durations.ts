/** Texts that a person may type as a duration, for the tests of every place that reads one. */

/** With the milliseconds that each is. */
export const read: ReadonlyArray<readonly [string, number]> = [
  ["90s", 90_000],
  ["90 s", 90_000],
  ["90 seconds", 90_000],
  ["1m30s", 90_000],
  ["1 minute 30 seconds", 90_000],
  ["1.5 minutes", 90_000],
  ["PT1M30S", 90_000],
  ["pt90s", 90_000],
  ["2h", 7_200_000],
  ["2 hours", 7_200_000],
  ["2 HOURS", 7_200_000],
  ["PT2H", 7_200_000],
  ["1d", 86_400_000],
  ["1 day", 86_400_000],
  ["P1D", 86_400_000],
  ["1 week", 604_800_000],
  ["1500ms", 1500],
  ["1500 millis", 1500]
]

export const refused: ReadonlyArray<string> = [
  "",
  "90",
  "seconds",
  "1 fortnight",
  "-1h",
  "-1 hours",
  "-PT1H",
  "Infinity",
  "P1M",
  "PT",
  "101 years",
  "36526 days"
]
