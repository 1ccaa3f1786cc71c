/** Memory that has a limit. */

/** Sets an entry of a map that keeps so many, the newest. */
export const set = <K, V>(all: Map<K, V>, key: K, value: V, capacity: number): void => {
  all.delete(key)
  if (all.size >= capacity) all.delete(all.keys().next().value!)
  all.set(key, value)
}
