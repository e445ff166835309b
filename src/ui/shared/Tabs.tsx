/**
 * Tabs after the WAI-ARIA pattern: arrow keys move and select, Home and End go to the ends, one tab stop.
 * Only the chosen panel is mounted, so a hidden panel costs nothing per step.
 */
import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react';

export interface TabItem<T extends string> {
  readonly id: T;
  readonly label: string;
  readonly content: () => ReactNode;
}

export interface TabsProps<T extends string> {
  readonly label: string;
  readonly items: readonly TabItem<T>[];
  readonly selected: T;
  readonly onSelect: (id: T) => void;
  /** Stands at the end of the row of tabs. */
  readonly tools?: ReactNode;
}

export function Tabs<T extends string>(props: TabsProps<T>) {
  const { label, items, selected, onSelect, tools } = props;
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const index = Math.max(
    0,
    items.findIndex((item) => item.id === selected),
  );

  const move = (event: KeyboardEvent) => {
    const last = items.length - 1;
    const target = {
      ArrowRight: index === last ? 0 : index + 1,
      ArrowLeft: index === 0 ? last : index - 1,
      Home: 0,
      End: last,
    }[event.key];
    const item = target === undefined ? undefined : items[target];
    if (!item) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(item.id);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[target ?? 0]?.focus();
  };

  return (
    <>
      <div className="tabs-row">
        <div ref={list} role="tablist" aria-label={label} className="tabs-list" onKeyDown={move}>
          {items.map((item, i) => (
            <button
              key={item.id}
              type="button"
              role="tab"
              id={`${base}-tab-${item.id}`}
              aria-controls={`${base}-panel`}
              aria-selected={i === index}
              tabIndex={i === index ? 0 : -1}
              className="tab"
              onClick={(event) => {
                onSelect(item.id);
                // Chosen with the pointer: the page's keys (Space, End) go on working. `detail` is 0 from the keyboard.
                if (event.detail > 0) event.currentTarget.blur();
              }}
            >
              {item.label}
            </button>
          ))}
        </div>
        {tools}
      </div>
      <div
        role="tabpanel"
        id={`${base}-panel`}
        aria-labelledby={`${base}-tab-${items[index]?.id}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling tab panel is a tab stop (WAI-ARIA)
        tabIndex={0}
        className="tab-panel"
      >
        {items[index]?.content()}
      </div>
    </>
  );
}
