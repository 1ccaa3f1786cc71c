/** Maps of at most some thousand entries, which forget exactly the oldest; `BoundedMap` is for more. */

/** Sets an entry of a map that keeps at most `capacity`, the newest. */
export const set = <K, V>(all: Map<K, V>, key: K, value: V, capacity: number): void => {
  all.delete(key)
  if (all.size >= capacity) all.delete(all.keys().next().value!)
  all.set(key, value)
}
