/**
 * Predict first: the choices, then, once the machine has run, the prediction beside what happened. Which choice is
 * right comes from the verdict, which the engine computed from the run.
 */
import { Check, X } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import type { Question } from '../../lessons/lesson';
import type { Verdict } from '../../store/lesson-state';
import { Button } from '../shared/Button';
import { Prose } from './Prose';

export interface QuestionCardProps {
  readonly question: Question;
  readonly verdict: Verdict | null;
  readonly busy: boolean;
  /** Null skips the question. */
  readonly onAnswer: (choice: string | null) => void;
  readonly onAskAgain: () => void;
}

function mark(verdict: Verdict | null, id: string): 'right' | 'wrong' | 'open' {
  if (!verdict) return 'open';
  if (verdict.right === id) return 'right';
  return verdict.predicted === id ? 'wrong' : 'open';
}

export function QuestionCard(props: QuestionCardProps) {
  const { question, verdict, busy, onAnswer, onAskAgain } = props;
  const [chosen, setChosen] = useState<string | null>(null);
  const name = useId();
  const current = verdict ? verdict.predicted : chosen;
  const feedback = useId();
  const feedbackBox = useRef<HTMLDivElement>(null);

  const verdictLine = useRef<HTMLParagraphElement>(null);
  const answered = useRef(false);

  const answer = (choice: string | null) => {
    answered.current = true;
    onAnswer(choice);
  };

  // What happened must not wait below the fold; who answered here goes on from it, not from "Try again".
  useEffect(() => {
    if (!verdict) return;
    feedbackBox.current?.scrollIntoView({ block: 'nearest' });
    if (answered.current) verdictLine.current?.focus({ preventScroll: true });
    answered.current = false;
  }, [verdict]);

  return (
    <form
      className="question"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen && !busy) answer(chosen);
      }}
    >
      <fieldset disabled={busy || verdict !== null} aria-describedby={feedback}>
        <legend>
          <Prose text={question.prompt} />
        </legend>
        {question.choices.map((choice) => {
          const state = mark(verdict, choice.id);
          return (
            <label key={choice.id} className="choice" data-state={state}>
              <input
                type="radio"
                name={name}
                value={choice.id}
                checked={current === choice.id}
                onChange={() => setChosen(choice.id)}
              />
              <span>
                <Prose text={choice.label} />
              </span>
              {state === 'right' ? <Check size={15} aria-label="this happened" /> : null}
              {state === 'wrong' ? <X size={15} aria-label="this did not happen" /> : null}
            </label>
          );
        })}
      </fieldset>
      <div ref={feedbackBox} id={feedback} className="feedback" role="status">
        {verdict ? (
          <>
            <p
              ref={verdictLine}
              tabIndex={-1}
              className="verdict"
              data-right={verdict.predicted === verdict.right}
            >
              {verdict.predicted === null
                ? 'What happened'
                : verdict.predicted === verdict.right
                  ? 'You predicted right.'
                  : 'The machine did something else.'}
            </p>
            <p>
              <Prose text={verdict.outcome} />
            </p>
            <p className="why">
              <Prose text={question.why} />
            </p>
          </>
        ) : null}
      </div>
      <div className="question-actions">
        {verdict ? (
          <Button
            tone="quiet"
            onClick={() => {
              setChosen(null);
              onAskAgain();
            }}
          >
            Try again
          </Button>
        ) : (
          <>
            <Button
              tone="primary"
              type="submit"
              aria-disabled={!chosen || busy}
              title={chosen ? undefined : 'Choose a prediction first'}
            >
              Run and see
            </Button>
            <Button tone="quiet" aria-disabled={busy} onClick={() => answer(null)}>
              Skip
            </Button>
          </>
        )}
      </div>
    </form>
  );
}
