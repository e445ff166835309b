/** The thin React side of the store: a context and a selector hook. */
import { createContext, type ReactNode, useContext } from 'react';
import { useStore } from 'zustand';
import type { AppState } from './app-state';
import type { Actions, AppStore } from './store';

const StoreContext = createContext<AppStore | null>(null);

export function StoreProvider(props: { readonly store: AppStore; readonly children: ReactNode }) {
  return <StoreContext value={props.store}>{props.children}</StoreContext>;
}

export function useAppStore(): AppStore {
  const store = useContext(StoreContext);
  if (!store) throw new Error('StoreProvider is missing above this component');
  return store;
}

/** A slice of the state. `select` returns stable references, so a panel redraws only when its slice changed. */
export const useApp = <T,>(select: (state: AppState) => T): T => useStore(useAppStore(), select);

/** The actions never change: reading them never redraws. */
export const useActions = (): Actions => useAppStore().actions;
