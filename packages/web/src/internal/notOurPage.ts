/** The answer to a request that another site may have made a browser send. */
export const notOurPage = {
  error: "forbidden",
  status: 403,
  message: "This request did not come from a page of this application."
} as const
