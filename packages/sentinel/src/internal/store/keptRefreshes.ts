/** How many refresh tokens of a grant stay in use beside each other. The oldest goes first. */
export const keptRefreshes = 64
