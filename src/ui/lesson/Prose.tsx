/** One paragraph of lesson text with its marks. */
import { parseMarkup, type Span } from '../../lessons/markup';

function element(span: Span) {
  if (span.kind === 'code') return <code className="prose-code">{span.text}</code>;
  if (span.kind === 'term') return <dfn>{span.text}</dfn>;
  return span.text;
}

export function Prose({ text }: { readonly text: string }) {
  let offset = 0;
  const parts = parseMarkup(text).map((span) => {
    offset += span.text.length + 1;
    return { key: offset, span };
  });
  return parts.map(({ key, span }) => <span key={key}>{element(span)}</span>);
}
