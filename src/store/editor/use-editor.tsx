/** The thin React side of the editor's store: a context and a selector hook. */
import { createContext, type ReactNode, useContext } from 'react';
import { useStore } from 'zustand';
import type { EditorActions, EditorState, EditorStore } from './editor-state';

const EditorContext = createContext<EditorStore | null>(null);

export function EditorProvider(props: {
  readonly store: EditorStore;
  readonly children: ReactNode;
}) {
  return <EditorContext value={props.store}>{props.children}</EditorContext>;
}

export function useEditorStore(): EditorStore {
  const store = useContext(EditorContext);
  if (!store) throw new Error('EditorProvider is missing above this component');
  return store;
}

/** A slice of the state. `select` returns stable references. */
export const useEditor = <T,>(select: (state: EditorState) => T): T =>
  useStore(useEditorStore(), select);

/** The actions never change: reading them never redraws. */
export const useEditorActions = (): EditorActions => useEditorStore().actions;
