/** Where the widths of panes are kept between visits; a browser that blocks site data keeps them for this one only. */
const inMemory = new Map<string, string>();

export const layoutStorage: Pick<Storage, 'getItem' | 'setItem'> = {
  getItem(key) {
    try {
      // Merely naming it throws where site data is blocked.
      return localStorage.getItem(key);
    } catch {
      return inMemory.get(key) ?? null;
    }
  },
  setItem(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch {
      inMemory.set(key, value);
    }
  },
};
