/** The lesson at the left: one step's text, its question, Back and Next. */
import { ArrowLeft, ArrowRight, CornerUpLeft } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { lessonById } from '../../lessons/lessons';
import { samePlace } from '../../store/lesson-state';
import { useActions, useApp } from '../../store/use-store';
import { Button } from '../shared/Button';
import { Prose } from './Prose';
import { QuestionCard } from './QuestionCard';
import './lesson.css';

export function LessonPanel() {
  const state = useApp((s) => s.lesson);
  const view = useApp((s) => s.view);
  const actions = useActions();
  const scroller = useRef<HTMLDivElement>(null);
  const lesson = state ? lessonById(state.id) : undefined;
  const step = state && lesson?.steps[state.step];
  const stepId = step?.id;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new step starts at its top
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [stepId]);

  if (!state || !lesson || !step) return null;
  const record = state.records[state.step];
  const place = record?.verdict ? record.end : record?.at;
  const away =
    state.phase !== 'moving' &&
    place != null &&
    view !== null &&
    (view.world.guest.name !== lesson.world.guest.name ||
      !samePlace(place, { technique: view.world.technique, moment: view.moment }));
  const last = state.step === lesson.steps.length - 1;

  return (
    <>
      <div ref={scroller} className="lesson-scroll">
        <p className="lesson-step">
          Step {state.step + 1} of {lesson.steps.length}
        </p>
        <h2>{step.title}</h2>
        {step.prose.map((paragraph) => (
          <p key={paragraph}>
            <Prose text={paragraph} />
          </p>
        ))}
        {step.question ? (
          <QuestionCard
            key={step.id}
            question={step.question}
            verdict={record?.verdict ?? null}
            busy={state.phase === 'moving'}
            onAnswer={(choice) => void actions.answer(choice)}
            onAskAgain={() => void actions.askAgain()}
          />
        ) : null}
      </div>
      <div className="lesson-foot">
        {away ? (
          <Button
            tone="quiet"
            className="lesson-return"
            onClick={() => void actions.returnToLessonStep()}
          >
            <CornerUpLeft size={14} aria-hidden="true" /> Return to this step's moment
          </Button>
        ) : null}
        <div className="lesson-buttons">
          <Button
            aria-disabled={state.step === 0 || state.phase === 'moving'}
            aria-keyshortcuts="PageUp"
            onClick={() => void actions.previousLessonStep()}
          >
            <ArrowLeft size={14} aria-hidden="true" /> Back
          </Button>
          {last ? (
            <Button
              tone="primary"
              aria-disabled={state.phase !== 'reading'}
              onClick={() => {
                if (state.phase === 'reading') actions.closeLesson();
              }}
            >
              Finish
            </Button>
          ) : (
            <Button
              tone="primary"
              aria-disabled={state.phase !== 'reading'}
              aria-keyshortcuts="PageDown"
              title={state.phase === 'asking' ? 'Answer or skip the question first' : undefined}
              onClick={() => void actions.nextLessonStep()}
            >
              Next <ArrowRight size={14} aria-hidden="true" />
            </Button>
          )}
        </div>
      </div>
    </>
  );
}
