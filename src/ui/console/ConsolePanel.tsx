/** What the guest printed: the serial line as text, the VGA screen as a picture with its text twin. */
import { memo, useLayoutEffect, useRef } from 'react';
import type { ConsoleView, MachineView } from '../../session/view';
import {
  CELL_HEIGHT,
  CELL_WIDTH,
  COLUMNS,
  ROWS,
  screenRuns,
  screenText,
} from '../../viz/screen/vga';
import { TextTwin } from '../shared/TextTwin';
import { type GuestInputProps, KeyboardField, SerialField } from './GuestInput';
import './ConsolePanel.css';

function Serial({ text }: { readonly text: string }) {
  const box = useRef<HTMLPreElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new text is what makes it scroll
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  return (
    <pre
      ref={box}
      className="serial"
      role="log"
      aria-live="off"
      aria-label="Serial port output"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is a tab stop
      tabIndex={0}
      data-testid="serial"
    >
      {text || <span className="panel-note">Nothing printed yet.</span>}
    </pre>
  );
}

const Screen = memo(function Screen({ view }: { readonly view: ConsoleView }) {
  const width = COLUMNS * CELL_WIDTH;
  const height = ROWS * CELL_HEIGHT;
  const said = screenText(view.screen);
  return (
    <svg
      className="vga"
      viewBox={`-8 -8 ${width + 16} ${height + 16}`}
      role="img"
      aria-label={said ? `VGA text screen: ${said}` : 'VGA text screen, blank'}
    >
      <rect x={-8} y={-8} width={width + 16} height={height + 16} fill="#000" />
      {screenRuns(view.screen).map((run) => {
        const x = run.column * CELL_WIDTH;
        const y = run.row * CELL_HEIGHT;
        return (
          <g key={`${run.row}/${run.column}`}>
            {run.background !== '#000000' && (
              <rect
                x={x}
                y={y}
                width={run.length * CELL_WIDTH}
                height={CELL_HEIGHT}
                fill={run.background}
              />
            )}
            {!run.blank && (
              <text
                x={x}
                y={y + 12}
                fill={run.foreground}
                textLength={run.length * CELL_WIDTH}
                lengthAdjust="spacing"
              >
                {run.text}
              </text>
            )}
          </g>
        );
      })}
      {view.cursor && (
        <rect
          className="cursor"
          x={view.cursor.column * CELL_WIDTH}
          y={view.cursor.row * CELL_HEIGHT + 13}
          width={CELL_WIDTH}
          height={2}
        />
      )}
    </svg>
  );
});

export interface ConsolePanelProps extends Partial<GuestInputProps> {
  readonly view: MachineView;
}

export function ConsolePanel({ view, onInput, ...keyboard }: ConsolePanelProps) {
  const { serial, screen, cursor } = view.console;
  const text = screenText(screen);
  return (
    <div className="console-panel" data-first={text === '' ? 'serial' : 'screen'}>
      <section>
        <h3 className="panel-title">Serial port</h3>
        <Serial text={serial} />
        {onInput && <SerialField onInput={onInput} />}
      </section>
      <section>
        <header className="console-head">
          <h3 className="panel-title">Screen</h3>
          <span className="panel-note">
            VGA text, 80 × 25
            {cursor ? ` · cursor at row ${cursor.row + 1}, column ${cursor.column + 1}` : ''}
          </span>
        </header>
        {onInput ? (
          // A click on the screen is a click into the field below it: then one types into the guest.
          // biome-ignore lint/a11y/noLabelWithoutControl: the field is inside, as a component
          <label className="screen-and-keyboard">
            <Screen view={view.console} />
            <KeyboardField onInput={onInput} {...keyboard} />
          </label>
        ) : (
          <Screen view={view.console} />
        )}
        <TextTwin of="screen">
          <pre className="screen-text">{text || 'The screen is blank.'}</pre>
        </TextTwin>
      </section>
    </div>
  );
}
