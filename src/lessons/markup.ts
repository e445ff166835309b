/** The small markup of lesson prose: `code` and *term*. No nesting, no escapes. */
export interface Span {
  readonly kind: 'text' | 'code' | 'term';
  readonly text: string;
}

/** Splits a paragraph into spans. A mark that is not closed stays as it is written. */
export function parseMarkup(paragraph: string): readonly Span[] {
  const spans: Span[] = [];
  let rest = 0;
  for (const match of paragraph.matchAll(/`([^`]+)`|\*([^*]+)\*/g)) {
    if (match.index > rest) spans.push({ kind: 'text', text: paragraph.slice(rest, match.index) });
    spans.push(
      match[1] !== undefined
        ? { kind: 'code', text: match[1] }
        : { kind: 'term', text: match[2] ?? '' },
    );
    rest = match.index + match[0].length;
  }
  if (rest < paragraph.length) spans.push({ kind: 'text', text: paragraph.slice(rest) });
  return spans;
}
