/** What went wrong with the user's wish: what, where, what to do. Nothing that was open is lost. */
import { TriangleAlert, X } from 'lucide-react';
import { useActions, useApp } from '../../store/use-store';
import { IconButton } from '../shared/Button';

export function ProblemBanner() {
  const problem = useApp((s) => s.problem);
  const { dismissProblem } = useActions();
  return (
    <div role="alert" className="problem-region">
      {problem ? (
        <div className="problem">
          <TriangleAlert size={17} aria-hidden="true" />
          <div>
            <p>
              {problem.file ? (
                <code>
                  {[problem.file, problem.line, problem.column]
                    .filter((part) => part !== undefined)
                    .join(':')}
                </code>
              ) : null}{' '}
              <strong>{problem.message}</strong>
            </p>
            {problem.more && problem.more.length > 0 ? (
              <ul className="problem-more" aria-label="Further errors">
                {problem.more.map((other) => (
                  <li key={`${other.line}:${other.column}:${other.message}`}>
                    <code>
                      {[other.line, other.column].filter((part) => part !== undefined).join(':')}
                    </code>{' '}
                    {other.message}
                  </li>
                ))}
              </ul>
            ) : null}
            {problem.hint ? <p className="problem-hint">{problem.hint}</p> : null}
          </div>
          <IconButton
            label="Dismiss"
            className="quiet"
            tipSide="end"
            tipBelow
            onClick={dismissProblem}
          >
            <X size={16} aria-hidden="true" />
          </IconButton>
        </div>
      ) : null}
    </div>
  );
}
