/** The theme between visits: the reader's choice if there is one, else the system's preference. */
import type { ThemeChoice } from '../../store/app-state';

const KEY = 'ringside.theme';

export function initialTheme(): ThemeChoice {
  let saved: string | null = null;
  try {
    saved = localStorage.getItem(KEY);
  } catch {
    // Storage is blocked: the system's preference serves.
  }
  if (saved === 'light' || saved === 'dark') return saved;
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function saveTheme(theme: ThemeChoice): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage is blocked: the choice lasts for this visit.
  }
}
