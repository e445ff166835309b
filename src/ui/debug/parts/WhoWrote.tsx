/** `Who wrote this?`: asks for the instruction that last wrote a value, says it, and goes there on demand. */
import { History } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Origin, OriginTarget } from '../../../session/debug';
import { useActions, useApp } from '../../../store/use-store';
import { Button } from '../../shared/Button';

export interface WhoWroteProps {
  readonly target: OriginTarget;
  /** What is asked about, for people: `eax`, `the dword at 0x00105004`. */
  readonly what: string;
}

export function WhoWrote({ target, what }: WhoWroteProps) {
  const { origin: ask, pause, seek, revealSource } = useActions();
  const moment = useApp((s) => s.view?.moment.retired ?? 0);
  const [answer, setAnswer] = useState<Origin | 'searching' | null>(null);
  const question = `${JSON.stringify(target)} ${moment}`;
  const asked = useRef(question);
  asked.current = question;
  // An answer is about one value at one moment.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `question` stands for both
  useEffect(() => setAnswer(null), [question]);

  const search = async () => {
    setAnswer('searching');
    const found = await ask(target);
    if (asked.current === question) setAnswer(found);
  };

  if (answer === 'searching') {
    return (
      <p className="who-searching" role="status">
        Searching back…{' '}
        <Button className="small" onClick={pause}>
          Stop
        </Button>
      </p>
    );
  }
  if (answer === null) {
    return (
      <Button className="small" onClick={() => void search()} aria-label={`Who wrote ${what}?`}>
        <History size={14} aria-hidden="true" />
        Who wrote this?
      </Button>
    );
  }
  const source = answer.found ? answer.source : null;
  return (
    <div className="who-wrote" role="status">
      <p>{answer.sentence}</p>
      {answer.found && (
        <div className="debug-buttons">
          <Button className="small" onClick={() => void seek(answer.moment)}>
            {answer.by === 'edit' ? 'Go to that moment' : 'Go to that instruction'}
          </Button>
          {source && (
            <Button className="small" onClick={() => revealSource(source.file, source.line)}>
              Show line {source.line}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
