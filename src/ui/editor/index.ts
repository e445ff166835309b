/** The editor, as others mount it: it and CodeMirror come in a chunk of their own, when it is first shown. */
export { EditorPane } from './LazyEditorPane';
