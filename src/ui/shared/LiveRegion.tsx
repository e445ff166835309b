/** Speaks one sentence politely each time it changes. The sentence comes from the machine, never from here. */
export function LiveRegion({ sentence }: { readonly sentence: string }) {
  return (
    <p className="visually-hidden" role="status" aria-live="polite" aria-atomic="true">
      {sentence}
    </p>
  );
}
