/** @type {ReadonlyArray<import("./table.mjs").Row>} */
export const browsers = []
