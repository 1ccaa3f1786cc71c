/**
 * The same text in memory of its own. One that was cut out of a request keeps the whole request, which can have 8 KiB,
 * for as long as a store keeps the text.
 */
export const ownText = (text: string): string => [...text].join("")
