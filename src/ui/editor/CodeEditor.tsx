/** React around `CodeView`: made once, then told what to show. */
import { useEffect, useLayoutEffect, useRef } from 'react';
import { type CodeEvents, type CodeShown, CodeView } from './code-view';
import './code.css';

export interface CodeEditorProps {
  readonly shown: CodeShown;
  readonly events: CodeEvents;
  /** Id of the element that says how to leave the editor with the keyboard. */
  readonly hintId: string;
}

export function CodeEditor({ shown, events, hintId }: CodeEditorProps) {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<CodeView | null>(null);
  const latest = useRef({ shown, events });
  latest.current = { shown, events };

  useLayoutEffect(() => {
    if (!parent.current) return;
    // Handlers are looked up when they are called, so that they never go stale.
    const of = () => latest.current.events;
    const made = new CodeView(
      parent.current,
      latest.current.shown,
      {
        onEdit: (...args) => of().onEdit(...args),
        onToggle: (...args) => of().onToggle(...args),
        onRun: () => of().onRun(),
        onLoad: () => of().onLoad(),
        onRunTo: () => of().onRunTo(),
        onStop: () => of().onStop(),
        onProblem: (...args) => of().onProblem(...args),
        onCursor: (...args) => of().onCursor(...args),
        onLookUp: (...args) => of().onLookUp(...args),
        onDefinition: (...args) => of().onDefinition(...args),
        describe: (word) => of().describe(word),
        evaluate: (expression) => of().evaluate(expression),
      },
      hintId,
    );
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, [hintId]);

  useEffect(() => view.current?.update(shown), [shown]);

  return <div ref={parent} className="code-editor" data-stale={shown.stale} />;
}
