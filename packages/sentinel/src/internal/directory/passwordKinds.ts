/**
 * How many kinds of password hashes (algorithm and cost) an account may have. Each login costs as much as one of each.
 */
export const most = 4

/** What is wrong with an account that has more of them. */
export const tooMany = `have passwords of more than ${most} kinds (algorithm and cost)`
