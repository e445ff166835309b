/** A table by words of the source. Without a prototype: `constructor` and `toString` are names like any other. */
export type Table<T> = Readonly<Record<string, T | undefined>>;

export const table = <T>(entries: Readonly<Record<string, T>>): Table<T> =>
  Object.assign(Object.create(null), entries);
